package dev.sidestep.stack.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class TimerHeapTest {

  private static final class Entry extends TimerEntry {
    long deadline = NEVER;

    @Override
    long deadlineNanos() {
      return deadline;
    }
  }

  private final TimerHeap heap = new TimerHeap();

  private Entry scheduled(long deadline) {
    Entry entry = new Entry();
    entry.deadline = deadline;
    heap.schedule(entry, deadline);
    return entry;
  }

  @Test
  void theEarliestComesFirst() {
    scheduled(30);
    Entry first = scheduled(10);
    scheduled(20);
    assertEquals(10, heap.nextNanos());
    assertNull(heap.pollExpired(9));
    assertSame(first, heap.pollExpired(10));
    assertEquals(20, heap.nextNanos());
  }

  @Test
  void aDeadlineThatMovedAwayIsFoundOutWhenItComesUp() {
    Entry entry = scheduled(10);
    entry.deadline = 50;
    heap.schedule(entry, 50);
    assertEquals(10, heap.nextNanos(), "nothing was moved");
    assertNull(heap.pollExpired(10));
    assertEquals(50, heap.nextNanos());
    assertSame(entry, heap.pollExpired(50));
  }

  @Test
  void aDeadlineThatWasCancelledLapses() {
    Entry entry = scheduled(10);
    entry.deadline = TimerEntry.NEVER;
    assertNull(heap.pollExpired(10));
    assertEquals(TimerEntry.NEVER, heap.nextNanos());
    assertEquals(0, heap.size());
    assertEquals(-1, entry.heapIndex);
  }

  @Test
  void anEarlierDeadlineMovesTheEntryUp() {
    scheduled(20);
    Entry entry = scheduled(30);
    entry.deadline = 5;
    heap.schedule(entry, 5);
    assertSame(entry, heap.pollExpired(5));
  }

  @Property(tries = 200)
  void anyMixOfOperationsFiresEachEntryAtItsDeadline(@ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    TimerHeap timers = new TimerHeap();
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      Entry entry = new Entry();
      entries.add(entry);
    }
    long now = 0;
    for (int step = 0; step < 2000; step++) {
      Entry entry = entries.get(random.nextInt(entries.size()));
      switch (random.nextInt(4)) {
        case 0, 1 -> {
          entry.deadline = now + 1 + random.nextInt(1000);
          timers.schedule(entry, entry.deadline);
        }
        case 2 -> {
          entry.deadline = TimerEntry.NEVER;
          timers.remove(entry);
        }
        default -> {
          now += random.nextInt(50);
          for (TimerEntry due = timers.pollExpired(now);
              due != null;
              due = timers.pollExpired(now)) {
            assertTrue(due.deadlineNanos() <= now);
            ((Entry) due).deadline = TimerEntry.NEVER;
          }
          for (Entry each : entries) {
            assertTrue(each.deadline > now, "nothing that was due is left");
          }
        }
      }
    }
    long waiting = entries.stream().filter(e -> e.deadline != TimerEntry.NEVER).count();
    assertEquals(waiting, entries.stream().filter(e -> e.heapIndex >= 0).count());
  }
}
