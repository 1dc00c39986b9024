package dev.sidestep.stack.nic.dpdk;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.sidestep.stack.nic.dpdk.ffi.LogPipe;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * DPDK's log. It goes to our logger at DEBUG: the text carries no severity, and whatever makes a
 * call fail is part of the exception anyway.
 *
 * <p>No thread waits for text, since the JVM's exit would wait for it: a thread that blocks in a
 * native call delays that by 0.3 s (VM_Exit::wait_for_threads_in_native_to_block). Whoever makes a
 * control call reads what it has written, and what drivers write from threads of their own is read
 * when the links are looked after.
 *
 * <p>Threads: any.
 */
final class EalLog {

  private static final int MAX_LINES_KEPT = 256;

  /** Lines that follow from the one that says why, or say nothing about a failure. */
  private static final Set<String> NOISE =
      Set.of("Driver cannot attach the device", "Failed to attach device", "failed to probe");

  private final LogPipe pipe;

  /** Also the lock of those who log, so that the lines stay in order. */
  private final MemifRefusals refusals = new MemifRefusals();

  private final ByteArrayOutputStream unfinishedLine = new ByteArrayOutputStream();

  /** Lines since the last {@link #drain}. */
  private final List<String> lines = new ArrayList<>();

  /** Lines that were not logged yet. */
  private List<String> unlogged = new ArrayList<>();

  EalLog(LogPipe pipe) {
    this.pipe = pipe;
  }

  LogPipe pipe() {
    return pipe;
  }

  /** Our logger for what concerns DPDK. Made when it is needed: that would slow down the start. */
  static System.Logger logger() {
    return System.getLogger("dev.sidestep.dpdk");
  }

  /** Adds a line of ours. */
  synchronized void note(String line) {
    unlogged.add(line);
  }

  /** Takes the lines DPDK has written since the last call. */
  synchronized List<String> drain() {
    read();
    finishLine();
    List<String> taken = List.copyOf(lines);
    lines.clear();
    return taken;
  }

  /**
   * Reads what DPDK has written and has everything logged, on a thread of its own: a program may
   * send its log anywhere, also through sockets of ours. Allocates nothing if there is nothing.
   */
  synchronized void log() {
    read();
    if (!unlogged.isEmpty()) {
      List<String> taken = unlogged;
      unlogged = new ArrayList<>();
      Thread.ofPlatform().daemon().name("sidestep-dpdk-log").start(() -> log(taken));
    }
  }

  private void log(List<String> taken) {
    synchronized (refusals) {
      for (String line : taken) {
        logger().log(System.Logger.Level.DEBUG, line);
        String refusal = refusals.explain(line);
        if (refusal != null) {
          logger().log(System.Logger.Level.WARNING, "a memif client is sent away: {0}", refusal);
        }
      }
    }
  }

  /** The line that says best why a call failed, without the name of the part that wrote it. */
  static String reason(List<String> lines) {
    for (int i = lines.size() - 1; i >= 0; i--) {
      String line = lines.get(i);
      if (!line.isBlank() && NOISE.stream().noneMatch(line::contains)) {
        return line.strip();
      }
    }
    return "no reason given";
  }

  private void read() {
    MemorySegment text = pipe.read();
    while (text.byteSize() > 0) {
      for (long i = 0; i < text.byteSize(); i++) {
        byte octet = text.get(JAVA_BYTE, i);
        if (octet == '\n') {
          finishLine();
        } else {
          unfinishedLine.write(octet);
        }
      }
      text = pipe.read();
    }
  }

  private void finishLine() {
    if (unfinishedLine.size() > 0) {
      keep(unfinishedLine.toString(StandardCharsets.UTF_8));
      unfinishedLine.reset();
    }
  }

  private void keep(String line) {
    if (lines.size() == MAX_LINES_KEPT) {
      lines.removeFirst();
    }
    lines.add(line);
    if (unlogged.size() == MAX_LINES_KEPT) {
      unlogged.removeFirst();
    }
    unlogged.add(line);
  }
}
