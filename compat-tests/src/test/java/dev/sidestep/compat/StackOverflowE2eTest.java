package dev.sidestep.compat;

import dev.sidestep.compat.programs.DeepRecursion;
import dev.sidestep.compat.rig.End;
import dev.sidestep.compat.rig.ForkedJvm;
import dev.sidestep.compat.rig.StackStats;
import org.junit.jupiter.api.Test;

/** Threads that overflow their stacks in the network, and programs that go on all the same. */
class StackOverflowE2eTest {

  @Test
  void anOverflowIsItsThreadsAlone() throws Exception {
    int threads = 8;
    try (ForkedJvm program =
        ForkedJvm.start(End.sidestepLoopback(), DeepRecursion.class, threads)) {
      program.awaitLine("overflowed threads=" + threads, 60);
      StackStats.assertCarried(program.awaitSuccess(20), threads, 1000);
    }
  }
}
