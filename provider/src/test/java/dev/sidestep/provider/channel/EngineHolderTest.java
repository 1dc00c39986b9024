package dev.sidestep.provider.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sidestep.stack.config.SettingsReader;
import dev.sidestep.stack.config.StackConfig;
import dev.sidestep.stack.engine.StackEngine;
import dev.sidestep.stack.engine.StackStartException;
import java.net.BindException;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** A stack that cannot start at first. */
final class EngineHolderTest {

  private final List<Long> patienceOfAttempts = new CopyOnWriteArrayList<>();
  private volatile boolean startable;
  private final AtomicLong nowNanos = new AtomicLong(Long.MAX_VALUE - 5);

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
    return new EngineHolder(config, this::start, nowNanos::get);
  }

  @Test
  void aSocketThatNeedsItLaterTriesAgain() throws SocketException {
    EngineHolder holder = holder(false);
    assertNull(holder.engine());
    assertEquals("sidestep.device=x: not yet", holder.failure());
    startable = true;
    nowNanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
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
    nowNanos.addAndGet(TimeUnit.SECONDS.toNanos(1) - 1);
    assertNull(holder.engine());
    assertEquals(List.of(TimeUnit.SECONDS.toNanos(3)), patienceOfAttempts);
    nowNanos.incrementAndGet();
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

  // ---- Sockets that join later

  private final CountDownLatch gate = new CountDownLatch(1);

  private EngineHolder holderThatStartsWhenTheGateOpens() {
    return new EngineHolder(
        settings(Map.of("sidestep.loopback", "stack")),
        (config, patience) -> {
          awaitUninterruptibly(gate);
          return StackEngine.start(config, patience);
        },
        nowNanos::get);
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aSocketThatCanWaitJoinsBeforeAnybodyElseKnowsOfTheStack() throws SocketException {
    EngineHolder holder = holderThatStartsWhenTheGateOpens();
    List<StackEngine> joined = new ArrayList<>();
    holder.whenStarted(
        engine -> {
          assertNull(holder.running());
          joined.add(engine);
        });
    assertNull(holder.running());
    gate.countDown();
    StackEngine engine = Objects.requireNonNull(holder.engine());
    assertEquals(List.of(engine), joined);
    holder.whenStarted(joined::add);
    assertEquals(List.of(engine, engine), joined);
    holder.close();
  }

  @Test
  void aSocketThatCouldNotJoinDoesSoWhenALaterAttemptSucceeds() throws SocketException {
    EngineHolder holder = holder(false);
    List<StackEngine> joined = new ArrayList<>();
    holder.whenStarted(joined::add);
    assertNull(holder.engine());
    assertEquals(List.of(), joined);
    startable = true;
    nowNanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
    assertEquals(List.of(Objects.requireNonNull(holder.engine())), joined);
    holder.close();
  }

  @Test
  void whoHasLeftDoesNotJoinAndWhoCannotHurtsNobody() throws SocketException {
    EngineHolder holder = holderThatStartsWhenTheGateOpens();
    List<StackEngine> joined = new ArrayList<>();
    LateJoiners.Joiner leaver = joined::add;
    holder.whenStarted(
        engine -> {
          throw new BindException("Address already in use");
        });
    holder.whenStarted(leaver);
    holder.whenStarted(joined::add);
    holder.leave(leaver);
    gate.countDown();
    assertEquals(List.of(Objects.requireNonNull(holder.engine())), joined);
    holder.close();
  }
}
