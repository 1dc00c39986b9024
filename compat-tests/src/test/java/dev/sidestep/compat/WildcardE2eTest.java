package dev.sidestep.compat;

import dev.sidestep.compat.programs.WildcardPeer;
import dev.sidestep.compat.rig.ForkedJvm;
import dev.sidestep.compat.rig.Link;
import dev.sidestep.compat.rig.StackStats;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Two programs of one host listen on every address of their own, under the same port. */
class WildcardE2eTest {
  private static final List<String> STACK_ONLY = List.of("-Dsidestep.wildcard=stack");
  private static final int PORT = 7000;

  @Test
  void twoProgramsOfOneHostServeTheSamePort() throws Exception {
    try (Link link = Link.open(Link.Kind.MEMIF);
        ForkedJvm first =
            ForkedJvm.start(
                link.second(),
                STACK_ONLY,
                WildcardPeer.class,
                PORT,
                link.first().address(),
                true)) {
      first.awaitListening();
      try (ForkedJvm second =
          ForkedJvm.start(
              link.first(), STACK_ONLY, WildcardPeer.class, PORT, link.second().address(), false)) {
        second.awaitLine("greeted both ways", 30);
        StackStats.assertCarried(second.awaitSuccess(20), 2, 2);
        StackStats.assertCarried(first.awaitSuccess(20), 2, 2);
      }
    }
  }
}
