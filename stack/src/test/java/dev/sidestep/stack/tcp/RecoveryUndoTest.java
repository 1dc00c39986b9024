package dev.sidestep.stack.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sidestep.stack.tcp.congestion.NewReno;
import org.junit.jupiter.api.Test;

class RecoveryUndoTest {

  private static final int MSS = 1000;
  private static final int UNA = 7 * MSS;

  private final RecoveryUndo undo = new RecoveryUndo();
  private final NewReno congestion = new NewReno(MSS);

  @Test
  void itIsForNothingOnceEveryCopyIsReportedTwice() {
    undo.begin(UNA, 0);
    assertFalse(undo.isEveryCopyInVain(), "not one was sent");
    undo.onCopySent(1);
    undo.onCopySent(2);
    undo.onDuplicates(UNA + MSS, 1);
    assertFalse(undo.isEveryCopyInVain());
    undo.onDuplicates(UNA + 2 * MSS, 1);
    assertTrue(undo.isEveryCopyInVain());
  }

  @Test
  void whatWasSentTwiceBeforeItBeganDoesNotCount() {
    undo.begin(UNA, 0);
    undo.onCopySent(1);
    undo.onDuplicates(UNA, 1);
    assertFalse(undo.isEveryCopyInVain());
  }

  @Test
  void copiesThatWereOnTheirWayHaveToBeReportedAsWell() {
    undo.begin(UNA, 1);
    undo.onCopySent(1);
    undo.onDuplicates(UNA + MSS, 1);
    assertFalse(undo.isEveryCopyInVain());
    undo.onDuplicates(UNA + MSS, 1);
    assertTrue(undo.isEveryCopyInVain());
  }

  @Test
  void theWindowComesBackAsItWas() {
    congestion.setWindow(40 * MSS);
    undo.begin(UNA, 0);
    undo.remember(congestion, false);
    congestion.onLoss(0);
    congestion.setWindow(congestion.slowStartThresholdBytes());
    undo.apply(congestion);
    assertEquals(40 * MSS, congestion.windowBytes());
    assertFalse(undo.isPossible(), "once");
  }

  @Test
  void whatWasNeverTakenIsNotGivenBack() {
    congestion.setWindow(40 * MSS);
    undo.begin(UNA, 0);
    undo.rememberNothing();
    congestion.setWindow(5 * MSS);
    undo.apply(congestion);
    assertEquals(5 * MSS, congestion.windowBytes());
  }

  @Test
  void whatIsForgottenCannotBeUndone() {
    undo.begin(UNA, 0);
    undo.onCopySent(1);
    undo.forget();
    undo.onDuplicates(UNA + MSS, 1);
    assertFalse(undo.isPossible());
    assertFalse(undo.isEveryCopyInVain());
  }
}
