package dev.sidestep.stack.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ConnectionTableTest {

  private final ConnectionTable table = new ConnectionTable(new SplittableRandom(1));

  private @Nullable ConnectionEntry find(long local, int localPort, long remote, int remotePort) {
    return table.find(0, local, 0, remote, (remotePort << 16) | localPort);
  }

  @Test
  void everyPartOfTheEndsCounts() {
    ConnectionEntry entry = TestEntries.between(1, 80, 2, 5000);
    table.add(entry);
    assertSame(entry, find(1, 80, 2, 5000));
    assertNull(find(2, 80, 2, 5000));
    assertNull(find(1, 81, 2, 5000));
    assertNull(find(1, 80, 3, 5000));
    assertNull(find(1, 80, 2, 5001));
    assertNull(find(2, 5000, 1, 80));
    assertSame(entry, find(1, 80, 2, 5000));
  }

  @Test
  void aSuccessorTakesThePlace() {
    ConnectionEntry entry = TestEntries.between(1, 80, 2, 5000);
    ConnectionEntry successor = TestEntries.between(1, 80, 2, 5000);
    table.add(entry);
    assertSame(entry, find(1, 80, 2, 5000));
    table.replace(entry, successor);
    assertSame(successor, find(1, 80, 2, 5000));
    table.remove(successor);
    assertNull(find(1, 80, 2, 5000));
    assertEquals(0, table.size());
  }

  @Property(tries = 50)
  void itIsAMapFromEndsToEntries(@ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    ConnectionTable tested = new ConnectionTable(random);
    Map<Integer, ConnectionEntry> model = new HashMap<>();
    for (int step = 0; step < 5_000; step++) {
      int port = 1 + random.nextInt(2_000);
      ConnectionEntry known = model.get(port);
      if (known == null) {
        ConnectionEntry entry = TestEntries.between(1, 80, 2, port);
        tested.add(entry);
        model.put(port, entry);
      } else {
        tested.remove(known);
        model.remove(port);
      }
    }
    assertEquals(model.size(), tested.size());
    for (int port = 1; port <= 2_000; port++) {
      assertSame(model.get(port), tested.find(0, 1, 0, 2, (port << 16) | 80));
    }
    Set<ConnectionEntry> seen = new HashSet<>();
    tested.forEach(seen::add);
    assertEquals(new HashSet<>(model.values()), seen);
  }
}
