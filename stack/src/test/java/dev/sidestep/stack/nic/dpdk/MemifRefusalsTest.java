package dev.sidestep.stack.nic.dpdk;

import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MemifRefusalsTest {

  private final MemifRefusals refusals = new MemifRefusals();

  @ParameterizedTest
  @CsvSource({
    "Already connected, id=",
    "ID not found, id=",
    "Secret required, secret=",
    "Incorrect secret, secret="
  })
  void aClientThatIsSentAwayTwiceHearsOnceWhichSettingToChange(String reason, String setting) {
    String line = "memif_msg_receive_disconnect(): Disconnect received: " + reason;
    assertNull(refusals.explain(line));
    assertTrue(String.valueOf(refusals.explain(line)).contains(setting));
    assertNull(refusals.explain(line));
  }

  @Test
  void aPeerThatGoesIsNoRefusal() {
    for (int i = 0; i < 3; i++) {
      assertNull(refusals.explain("memif_msg_receive_disconnect(): Disconnect received: "));
      assertNull(refusals.explain("EAL: something else"));
    }
  }
}
