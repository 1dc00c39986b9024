package dev.sidestep.stack.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sidestep.stack.wire.ParsedTcpOptions;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SynCookiesTest {

  private static final int[] CLOCKS = {0, 1, 31, 32, 1_000_003, -1, Integer.MIN_VALUE};

  private final SplittableRandom random = new SplittableRandom(1);
  private final SynCookies cookies = new SynCookies(random);

  @Test
  void theTimestampSaysWhatTheSynSaidAndIsNotLaterThanTheClock() {
    for (int clock : CLOCKS) {
      for (int scale = ParsedTcpOptions.ABSENT; scale <= 14; scale++) {
        int plain = SynCookies.timestamp(clock, scale, false);
        int selective = SynCookies.timestamp(clock, scale, true);
        assertEquals(scale, SynCookies.windowScale(plain));
        assertEquals(scale, SynCookies.windowScale(selective));
        assertFalse(SynCookies.sackPermitted(plain));
        assertTrue(SynCookies.sackPermitted(selective));
        assertTrue(clock - plain >= 0 && clock - plain < 32);
        assertTrue(clock - selective >= 0 && clock - selective < 32);
      }
    }
  }

  @Test
  void aCookieIsGoodForOneToTwoPeriodsWheneverItWasGivenOut() {
    HalfOpenConnection connection = TestEntries.between(1, 2, 3, 4);
    connection.peerMssBytes = 1460;
    for (int i = -300; i < 300; i++) {
      long given = TimeUnit.SECONDS.toNanos(7L * i);
      int cookie = cookies.sequence(connection, given);
      assertEquals(1460, check(connection, cookie, given));
      assertEquals(1460, check(connection, cookie, given + TimeUnit.SECONDS.toNanos(64)));
      long late = given + SynCookies.LIFE_NANOS;
      assertEquals(SynCookies.NO_COOKIE, check(connection, cookie, late));
    }
  }

  private int check(HalfOpenConnection connection, int cookie, long nowNanos) {
    return cookies.segmentBytes(connection, connection.irs, cookie, nowNanos);
  }

  @Test
  void hardlyAnyGuessIsACookie() {
    HalfOpenConnection connection = TestEntries.between(1, 2, 3, 4);
    int hits = 0;
    for (int i = 0; i < 1_000_000; i++) {
      hits += check(connection, random.nextInt(), 0) == SynCookies.NO_COOKIE ? 0 : 1;
    }
    // Of 2^32 numbers two periods' eight sizes are good.
    assertEquals(0, hits);
  }
}
