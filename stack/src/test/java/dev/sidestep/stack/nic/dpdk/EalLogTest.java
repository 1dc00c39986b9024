package dev.sidestep.stack.nic.dpdk;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sidestep.stack.nic.dpdk.ffi.LogPipe;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What C code prints during a call is read when the call is over, and not by a thread. */
final class EalLogTest {

  private final EalLog log = new EalLog(new LogPipe());

  /** Has the C library print a line on its standard output. */
  @SuppressWarnings("restricted")
  private void print(String... lines) {
    Linker linker = Linker.nativeLinker();
    MethodHandle puts =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("puts"),
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS));
    log.pipe()
        .whileStandardStreamsAreDiverted(
            () -> {
              try (Arena arena = Arena.ofConfined()) {
                int status = 0;
                for (String line : lines) {
                  status |= (int) puts.invokeExact(arena.allocateFrom(line));
                }
                return status;
              } catch (Throwable e) {
                throw new AssertionError(e);
              }
            });
  }

  @Test
  void everyLineIsReadOnce() {
    assertEquals(List.of(), log.drain());
    print("EAL: a", "", "memif: größer");
    assertEquals(List.of("EAL: a", "memif: größer"), log.drain());
    assertEquals(List.of(), log.drain());
  }

  @Test
  void ofMuchTextTheLastLinesAreKept() {
    List<String> printed = new ArrayList<>();
    for (int i = 0; i < 2000; i++) {
      printed.add(
          "EAL: probing device number " + i + " of a great many, all of them like this one");
    }
    print(printed.toArray(String[]::new));
    assertEquals(printed.subList(printed.size() - 256, printed.size()), log.drain());
  }

  @Test
  void loggingLeavesTheLinesForWhoeverWantsTheReason() {
    print("EAL: Failed to attach device", "net_x: no such thing", "EAL: failed to probe");
    log.log();
    assertEquals("net_x: no such thing", EalLog.reason(log.drain()));
  }
}
