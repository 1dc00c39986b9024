package dev.sidestep.compat;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sidestep.compat.programs.SleepingThreads;
import dev.sidestep.compat.rig.ForkedJvm;
import dev.sidestep.compat.rig.Link;
import dev.sidestep.compat.rig.StackStats;
import dev.sidestep.samples.EchoServer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Threads that sleep in the network: each can be woken, and a frame wakes whom it is for. */
class SleepE2eTest {

  @ParameterizedTest
  @EnumSource(names = {"KERNEL_LOOPBACK", "MEMIF", "SIDESTEP_VETH"})
  void everySleepCanBeEnded(Link.Kind kind) throws Exception {
    try (Link link = Link.open(kind);
        ForkedJvm server =
            ForkedJvm.start(
                link.second(), EchoServer.class, "--host", link.second().address(), "--port", 0);
        ForkedJvm program =
            ForkedJvm.start(
                link.first(),
                SleepingThreads.class,
                link.first().address(),
                link.second().address(),
                server.awaitListening())) {
      String readBed = program.awaitLine("read slept in", 60);
      String selectBed = program.awaitLine("select slept in", 20);
      if (program.end().onSidestep()) {
        assertEquals("read slept in ppoll", readBed);
        assertEquals("select slept in ppoll", selectBed);
      }
      program.awaitLine("all woken", 20);
      StackStats.assertCarried(program.awaitSuccess(20), 5, 4);
    }
  }
}
