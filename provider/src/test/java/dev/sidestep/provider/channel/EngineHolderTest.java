package dev.sidestep.provider.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sidestep.stack.config.SettingsReader;
import dev.sidestep.stack.config.StackConfig;
import dev.sidestep.stack.engine.StackEngine;
import dev.sidestep.stack.engine.StackStartException;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A stack that cannot start at first. */
final class EngineHolderTest {

  private final List<Long> patienceOfAttempts = new ArrayList<>();
  private boolean startable;
  private long nowNanos = Long.MAX_VALUE - 5;

  private StackEngine start(StackConfig config, long peerPatienceNanos) throws StackStartException {
    patienceOfAttempts.add(peerPatienceNanos);
    if (!startable) {
      throw new StackStartException("sidestep.device=x: not yet");
    }
    return StackEngine.start(settings(Map.of("sidestep.loopback", "stack")));
  }

  private static StackConfig settings(Map<String, String> values) {
    Properties properties = new Properties();
    properties.putAll(values);
    return new SettingsReader(properties, null).read();
  }

  private EngineHolder holder(boolean strict) {
    StackConfig config =
        settings(
            Map.of(
                "sidestep.device", "net_memif0",
                "sidestep.address", "192.0.2.1/24",
                "sidestep.strict", String.valueOf(strict)));
    return new EngineHolder(config, this::start, () -> nowNanos);
  }

  @Test
  void aSocketThatNeedsItLaterTriesAgain() throws SocketException {
    EngineHolder holder = holder(false);
    assertNull(holder.engine());
    assertEquals("sidestep.device=x: not yet", holder.failure());
    startable = true;
    nowNanos += TimeUnit.SECONDS.toNanos(1);
    StackEngine engine = Objects.requireNonNull(holder.engine());
    assertNull(holder.failure());
    assertSame(engine, holder.engine());
    assertEquals(2, patienceOfAttempts.size());
    holder.close();
  }

  @Test
  void attemptsAreASecondApartAndOnlyTheFirstOneWaits() throws SocketException {
    EngineHolder holder = holder(false);
    assertNull(holder.engine());
    nowNanos += TimeUnit.SECONDS.toNanos(1) - 1;
    assertNull(holder.engine());
    assertEquals(List.of(TimeUnit.SECONDS.toNanos(3)), patienceOfAttempts);
    nowNanos++;
    assertNull(holder.engine());
    assertEquals(List.of(TimeUnit.SECONDS.toNanos(3), 0L), patienceOfAttempts);
  }

  @Test
  void aUserWhoWantsNothingElseHearsWhyEachTime() {
    EngineHolder holder = holder(true);
    for (int i = 0; i < 3; i++) {
      SocketException e = assertThrows(SocketException.class, holder::engine);
      assertEquals("sidestep.device=x: not yet", e.getMessage());
    }
    assertEquals(1, patienceOfAttempts.size());
  }
}
