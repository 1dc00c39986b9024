package dev.sidestep.stack.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class SipHashTest {

  /** From {@code openssl mac SIPHASH}, 8 bytes, little-endian. */
  private static final long REFERENCE_40_BYTES = 0x0e3e_a96b_5304_a7d0L;

  @Test
  void itGivesTheReferenceValue() {
    // Key 00 to 0f, input 00 to 27.
    SipHash hash = new SipHash(0x0706050403020100L, 0x0f0e0d0c0b0a0908L);
    long value =
        hash.hash(
            0x0706050403020100L,
            0x0f0e0d0c0b0a0908L,
            0x1716151413121110L,
            0x1f1e1d1c1b1a1918L,
            0x2726252423222120L);
    assertEquals(REFERENCE_40_BYTES, value);
  }
}
