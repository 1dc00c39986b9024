package dev.sidestep.stack.concurrent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class OwnershipTest {

  private static final long TIMER_NANOS = 500;

  private static final class Wish extends Ownership.Request {

    private final String name;

    Wish(String name) {
      this.name = name;
    }
  }

  /** Notes what it does, and throws where a test wants it to. */
  private final class NotingWork implements Ownership.Work<Wish> {

    @Override
    public void carryOut(@Nullable Wish own, int bits) {
      for (Wish wish = ownership.nextRequest(); wish != null; wish = ownership.nextRequest()) {
        note(wish, ownership.takeBits(wish));
      }
      if (own != null) {
        note(own, bits);
      }
    }

    private void note(Wish wish, int bits) {
      assertTrue(ownership.isHeldByCurrentThread());
      done.add(wish.name + bits);
      failIf(wish.name);
    }

    @Override
    public long deadlineNanos() {
      failIf("deadline");
      return TIMER_NANOS;
    }

    @Override
    public void released(long deadlineNanos) {
      assertFalse(ownership.isHeldByCurrentThread());
      releasedUntil.add(deadlineNanos);
      failIf("released");
    }
  }

  private final Ownership<Wish> ownership = new Ownership<>(new NotingWork());
  private final List<String> done = new ArrayList<>();
  private final List<Long> releasedUntil = new ArrayList<>();
  private final Error hit = new StackOverflowError();
  private String failing = "";

  private void failIf(String point) {
    if (failing.equals(point)) {
      failing = "";
      throw hit;
    }
  }

  private static void elsewhere(Runnable action) {
    CompletableFuture.runAsync(action, command -> Thread.ofPlatform().start(command)).join();
  }

  private void assertHits(Runnable action) {
    assertSame(hit, assertThrows(Error.class, action::run));
    assertFalse(ownership.isHeld());
  }

  @Test
  void oneThreadAtATimeOwnsAndKnowsIt() {
    assertTrue(ownership.tryTake());
    assertTrue(ownership.isHeldByCurrentThread());
    assertFalse(ownership.tryTake());
    elsewhere(
        () -> {
          assertFalse(ownership.tryTake());
          assertTrue(ownership.isHeld());
          assertFalse(ownership.isHeldByCurrentThread());
        });
    ownership.release();
    assertFalse(ownership.isHeld());
    assertEquals(List.of(TIMER_NANOS), releasedUntil);
  }

  @Test
  void nobodyElseCanGiveItBack() {
    assertTrue(ownership.tryTake());
    elsewhere(() -> assertThrows(AssertionError.class, ownership::release));
    assertTrue(ownership.isHeldByCurrentThread());
  }

  @Test
  void whatIsFreeIsServedAtOnce() {
    ownership.submit(new Wish("a"), 1);
    assertEquals(List.of("a1"), done);
  }

  @Test
  void whatIsLeftIsCarriedOutInOrderAndAddsUp() {
    Wish first = new Wish("a");
    Wish second = new Wish("b");
    assertTrue(ownership.tryTake());
    elsewhere(
        () -> {
          ownership.submit(first, 1);
          ownership.submit(second, 1);
          ownership.submit(first, 4);
        });
    assertEquals(List.of(), done);
    ownership.release();
    assertEquals(List.of("a5", "b1"), done);
    ownership.submit(second, 2);
    assertEquals(List.of("a5", "b1", "b2"), done);
  }

  @Test
  void theOwnerMayAskItself() {
    assertTrue(ownership.tryTake());
    ownership.submit(new Wish("a"), 1);
    assertEquals(List.of(), done);
    ownership.release();
    assertEquals(List.of("a1"), done);
  }

  @Test
  void anErrorInARequestReachesItsThreadAndLeavesItFree() {
    failing = "a";
    assertHits(() -> ownership.submit(new Wish("a"), 1));
  }

  @Test
  void anErrorBeforeTheReleaseReleasesAndCallsForSomebodyAtOnce() {
    assertTrue(ownership.tryTake());
    failing = "deadline";
    assertHits(ownership::release);
    assertEquals(List.of(Ownership.AT_ONCE), releasedUntil);
  }

  @Test
  void anErrorAfterTheReleaseLeavesItFree() {
    assertTrue(ownership.tryTake());
    failing = "released";
    assertHits(ownership::release);
  }

  @Test
  void whatAnErrorKeptFromBeingCarriedOutIsTheNextOwners() {
    assertTrue(ownership.tryTake());
    elsewhere(
        () -> {
          ownership.submit(new Wish("a"), 1);
          ownership.submit(new Wish("b"), 1);
          ownership.submit(new Wish("c"), 1);
        });
    failing = "a";
    assertHits(ownership::release);
    assertEquals(List.of(TIMER_NANOS, Ownership.AT_ONCE), releasedUntil);
    ownership.submit(new Wish("d"), 1);
    assertEquals(List.of("a1", "b1", "c1", "d1"), done);
  }

  @Test
  void whatAnOwnerHadTakenIsCalledForAtOnce() {
    assertTrue(ownership.tryTake());
    elsewhere(
        () -> {
          ownership.submit(new Wish("a"), 1);
          ownership.submit(new Wish("b"), 1);
        });
    assertSame("a", Objects.requireNonNull(ownership.nextRequest()).name);
    ownership.release();
    assertEquals(List.of(Ownership.AT_ONCE), releasedUntil);
    ownership.submit(new Wish("c"), 1);
    assertEquals(List.of("b1", "c1"), done);
  }
}
