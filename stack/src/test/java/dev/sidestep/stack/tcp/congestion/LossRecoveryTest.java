package dev.sidestep.stack.tcp.congestion;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sidestep.stack.tcp.congestion.LossRecovery.Action;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 6582 and RFC 3042 in numbers. */
class LossRecoveryTest {

  private static final int MSS = 1000;

  private final LossRecovery recovery = new LossRecovery();

  private void enter(int sndUna, int sndMax) {
    assertEquals(Action.NONE, recovery.onDuplicateAck(sndUna, sndMax, MSS));
    assertEquals(MSS, recovery.allowanceBytes());
    assertEquals(Action.NONE, recovery.onDuplicateAck(sndUna, sndMax, MSS));
    assertEquals(2 * MSS, recovery.allowanceBytes());
    assertEquals(Action.ENTER, recovery.onDuplicateAck(sndUna, sndMax, MSS));
    assertEquals(3 * MSS, recovery.allowanceBytes());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, -5_000, Integer.MAX_VALUE - 4_000})
  void threeDuplicatesBeginAndAFullAckEnds(int sndUna) {
    int sndMax = sndUna + 10 * MSS;
    enter(sndUna, sndMax);
    assertTrue(recovery.isRecovering());
    recovery.onDuplicateAck(sndUna, sndMax, MSS);
    assertEquals(4 * MSS, recovery.allowanceBytes());
    assertEquals(Action.RETRANSMIT, recovery.onNewAck(sndUna + 4 * MSS, 4 * MSS, MSS));
    assertEquals(MSS, recovery.allowanceBytes());
    assertEquals(Action.EXIT, recovery.onNewAck(sndMax, 6 * MSS, MSS));
    assertFalse(recovery.isRecovering());
    assertEquals(0, recovery.allowanceBytes());
  }

  @Test
  void spoofedDuplicatesDoNotInflateBeyondWhatIsInFlight() {
    enter(1, 10_001);
    for (int i = 0; i < 1_000; i++) {
      recovery.onDuplicateAck(1, 10_001, MSS);
    }
    assertEquals(10_000, recovery.allowanceBytes());
  }

  @Test
  void duplicatesOfWhatATimeoutSentTwiceAreNoNewLoss() {
    recovery.onTimeout(10_001);
    for (int i = 0; i < 5; i++) {
      assertEquals(Action.NONE, recovery.onDuplicateAck(3_001, 10_001, MSS));
    }
    recovery.onNewAck(10_001, 7_000, MSS);
    enter(10_001, 20_001);
  }
}
