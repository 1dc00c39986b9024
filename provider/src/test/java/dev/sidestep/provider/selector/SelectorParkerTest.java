package dev.sidestep.provider.selector;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sidestep.provider.kernel.KernelAccess;
import dev.sidestep.stack.concurrent.Parker;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SelectorParkerTest {

  private final SelectorProvider jdk = Objects.requireNonNull(KernelAccess.jdkProvider());
  private final Selector selector = jdk.openSelector();
  private final List<SelectionKey> ready = new ArrayList<>();

  SelectorParkerTest() throws IOException {}

  @AfterEach
  void close() throws IOException {
    SelectorDescriptors.install(any -> -1);
    selector.close();
  }

  @Test
  void withoutAWayToItsDescriptorTheThreadSleepsInTheSelectorAlone() {
    SelectorDescriptors.install(any -> -1);
    assertEquals(Parker.ONLY_HERE, new SelectorParker(selector, ready::add).descriptor());
  }

  @Test
  void withOneItMaySleepElsewhere() {
    SelectorDescriptors.install(given -> given == selector ? 7 : -1);
    assertEquals(7, new SelectorParker(selector, ready::add).descriptor());
  }

  @Test
  void whatIsReadyIsCollectedWithoutASleep() throws IOException {
    Pipe pipe = jdk.openPipe();
    try (Pipe.SourceChannel source = pipe.source();
        Pipe.SinkChannel sink = pipe.sink();
        SelectorParker parker = new SelectorParker(selector, ready::add)) {
      source.configureBlocking(false);
      SelectionKey key = source.register(selector, SelectionKey.OP_READ);
      parker.collect();
      assertEquals(List.of(), ready);
      sink.write(ByteBuffer.allocate(1));
      parker.collect();
      assertEquals(List.of(key), ready);
    }
  }
}
