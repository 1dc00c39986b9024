package dev.sidestep.provider;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.IllegalSelectorException;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a program may rely on with any {@link Selector}. */
abstract class SelectorContract extends ProviderContract {

  private Selector selector;

  SelectorContract(Flavour flavour) {
    super(flavour);
  }

  @BeforeEach
  void openSelector() throws IOException {
    selector = closing(provider.openSelector());
  }

  private SelectionKey register(SocketChannel channel, int ops) throws IOException {
    channel.configureBlocking(false);
    return channel.register(selector, ops);
  }

  /** Selects until {@code key} is selected, counting what a user would call early returns. */
  private void selectUntil(SelectionKey key) throws IOException {
    do {
      assertTrue(selector.select() > 0, "select returned without a cause");
    } while (!selector.selectedKeys().contains(key));
  }

  // ---- Readiness

  @Test
  void anIncomingConnectionMakesAServerAcceptable() throws IOException {
    ServerSocketChannel server = listen();
    server.configureBlocking(false);
    SelectionKey key = server.register(selector, SelectionKey.OP_ACCEPT);
    assertEquals(0, selector.selectNow());
    SocketChannel client = open();
    client.connect(server.getLocalAddress());
    selectUntil(key);
    assertTrue(key.isAcceptable());
    assertNotNull(closing(server.accept()));
    selector.selectedKeys().clear();
    assertEquals(0, selector.selectNow());
  }

  @Test
  void aWildcardServerIsAcceptable() throws IOException {
    ServerSocketChannel server = closing(provider.openServerSocketChannel()).bind(null);
    server.configureBlocking(false);
    SelectionKey key = server.register(selector, SelectionKey.OP_ACCEPT);
    InetSocketAddress local = (InetSocketAddress) server.getLocalAddress();
    SocketChannel client = open();
    client.connect(new InetSocketAddress(loopback(), local.getPort()));
    selectUntil(key);
    assertNotNull(closing(server.accept()));
  }

  @Test
  void aChannelRegisteredBeforeConnectingBecomesConnectable() throws IOException {
    ServerSocketChannel server = listen();
    SocketChannel client = open();
    Object attachment = new Object();
    client.configureBlocking(false);
    // As Netty does: no interest until the connect is under way.
    SelectionKey key = client.register(selector, 0, attachment);
    client.connect(server.getLocalAddress());
    key.interestOps(SelectionKey.OP_CONNECT);
    selectUntil(key);
    assertTrue(key.isConnectable());
    assertTrue(client.finishConnect());
    assertSame(key, client.keyFor(selector));
    assertSame(attachment, key.attachment());
    key.interestOps(SelectionKey.OP_READ);
    selector.selectedKeys().clear();
    assertEquals(0, selector.selectNow());
    closing(server.accept()).write(bytes("x"));
    selectUntil(key);
    assertEquals(SelectionKey.OP_READ, key.readyOps());
  }

  @Test
  void aFailedConnectMakesTheChannelConnectable() throws IOException {
    SocketChannel client = open();
    SelectionKey key = register(client, SelectionKey.OP_CONNECT);
    client.connect(nobody());
    selectUntil(key);
    assertTrue(key.isConnectable());
    assertThrows(ConnectException.class, client::finishConnect);
    assertFalse(key.isValid());
  }

  @Test
  void dataStaysReadyUntilItIsRead() throws IOException {
    Pair pair = connectedPair();
    SelectionKey key = register(pair.client(), SelectionKey.OP_READ);
    assertEquals(0, selector.selectNow());
    pair.accepted().write(bytes("ab"));
    for (int i = 0; i < 3; i++) {
      selectUntil(key);
      assertTrue(key.isReadable());
      selector.selectedKeys().clear();
    }
    assertEquals("ab", read(pair.client(), 2));
    assertEquals(0, selector.selectNow());
    assertTrue(selector.selectedKeys().isEmpty());
  }

  @Test
  void aConnectedChannelIsWritableUntilItsBufferIsFull() throws IOException {
    Pair pair = connectedPair();
    SelectionKey key = register(pair.client(), SelectionKey.OP_WRITE);
    selectUntil(key);
    assertTrue(key.isWritable());
    pair.accepted().configureBlocking(false);
    long written = 0;
    int count;
    ByteBuffer chunk = ByteBuffer.allocate(1 << 16);
    while ((count = pair.client().write(chunk.clear())) > 0) {
      written += count;
    }
    selector.selectedKeys().clear();
    for (long read = 0; read < written; ) {
      read += pair.accepted().read(chunk.clear());
    }
    selectUntil(key);
    assertTrue(key.isWritable());
  }

  @Test
  void theEndOfTheStreamIsReadable() throws IOException {
    Pair pair = connectedPair();
    SelectionKey key = register(pair.client(), SelectionKey.OP_READ);
    pair.accepted().close();
    selectUntil(key);
    assertEquals(-1, pair.client().read(ByteBuffer.allocate(1)));
  }

  @Test
  void aResetIsReadable() throws IOException {
    Pair pair = connectedPair();
    SelectionKey key = register(pair.client(), SelectionKey.OP_READ);
    reset(pair.accepted());
    selectUntil(key);
    assertThrows(IOException.class, () -> pair.client().read(ByteBuffer.allocate(1)));
  }

  @Test
  void anInputThatWasShutDownIsReadable() throws IOException {
    Pair pair = connectedPair();
    SelectionKey key = register(pair.client(), SelectionKey.OP_READ);
    assertEquals(0, selector.selectNow());
    pair.client().shutdownInput();
    selectUntil(key);
    assertEquals(-1, pair.client().read(ByteBuffer.allocate(1)));
  }

  @Test
  void readyOperationsAddUpInASelectedKey() throws IOException {
    Pair pair = connectedPair();
    SelectionKey key = register(pair.client(), SelectionKey.OP_WRITE);
    assertEquals(1, selector.select());
    assertEquals(SelectionKey.OP_WRITE, key.readyOps());
    key.interestOps(SelectionKey.OP_READ);
    pair.accepted().write(bytes("x"));
    assertEquals(1, selector.select());
    assertEquals(SelectionKey.OP_READ | SelectionKey.OP_WRITE, key.readyOps());
    // Still selected, nothing new: counted no more.
    assertEquals(0, selector.select());
  }

  @Test
  void interestOfTheMomentDecides() throws IOException {
    Pair pair = connectedPair();
    SelectionKey key = register(pair.client(), SelectionKey.OP_READ);
    pair.accepted().write(bytes("x"));
    selectUntil(key);
    selector.selectedKeys().clear();
    key.interestOps(0);
    assertEquals(0, selector.selectNow());
    key.interestOps(SelectionKey.OP_READ);
    selectUntil(key);
    selector.selectedKeys().clear();
    assertEquals(SelectionKey.OP_READ, key.interestOpsAnd(0));
    assertEquals(0, selector.selectNow());
    assertEquals(0, key.interestOpsOr(SelectionKey.OP_READ | SelectionKey.OP_WRITE));
    selectUntil(key);
    assertEquals(SelectionKey.OP_READ | SelectionKey.OP_WRITE, key.readyOps());
  }

  @Test
  void oneChannelCanBeInSeveralSelectors() throws IOException {
    Pair pair = connectedPair();
    SelectionKey key = register(pair.client(), SelectionKey.OP_READ);
    Selector other = closing(provider.openSelector());
    SelectionKey otherKey = pair.client().register(other, SelectionKey.OP_READ);
    pair.accepted().write(bytes("x"));
    selectUntil(key);
    assertEquals(1, other.select());
    assertTrue(otherKey.isReadable());
  }

  private void assertReadyForWhateverIsAsked(SocketChannel channel) throws IOException {
    SelectionKey key = register(channel, 0);
    assertEquals(0, selector.selectNow());
    for (int ops = 1; ops <= channel.validOps(); ops++) {
      if ((ops & ~channel.validOps()) == 0) {
        key.interestOps(ops);
        assertEquals(1, selector.selectNow());
        assertEquals(ops, key.readyOps());
        selector.selectedKeys().clear();
      }
    }
    key.interestOps(0);
    assertEquals(0, selector.selectNow());
  }

  /** Linux reports it as hung up (EPOLLHUP), which the JDK shows as ready for everything. */
  @Test
  void aSocketThatIsNotConnectedIsReadyForWhateverIsAsked() throws IOException {
    assertReadyForWhateverIsAsked(open());
  }

  @Test
  void aSocketThatIsOnlyBoundIsReadyForWhateverIsAsked() throws IOException {
    SocketChannel bound = open();
    bound.bind(new InetSocketAddress(loopback(), 0));
    assertReadyForWhateverIsAsked(bound);
  }

  @Test
  void aServerThatIsNotBoundIsAcceptable() throws IOException {
    ServerSocketChannel server = closing(provider.openServerSocketChannel());
    server.configureBlocking(false);
    SelectionKey key = server.register(selector, SelectionKey.OP_ACCEPT);
    assertEquals(1, selector.selectNow());
    assertTrue(key.isAcceptable());
    selector.selectedKeys().clear();
    server.bind(new InetSocketAddress(loopback(), 0));
    assertEquals(0, selector.selectNow());
  }

  @Test
  void aConnectEndsThatASocketIsReadyForWhateverIsAsked() throws IOException {
    ServerSocketChannel server = listen();
    SocketChannel client = open();
    SelectionKey key = register(client, SelectionKey.OP_READ);
    assertEquals(1, selector.select());
    client.connect(server.getLocalAddress());
    selector.selectedKeys().clear();
    assertEquals(0, selector.selectNow());
    key.interestOps(SelectionKey.OP_CONNECT);
    selectUntil(key);
    assertTrue(client.finishConnect());
    selector.selectedKeys().clear();
    assertEquals(0, selector.selectNow());
    key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
    assertEquals(1, selector.selectNow());
    assertEquals(SelectionKey.OP_WRITE, key.readyOps());
  }

  @Test
  void pipesAndDatagramChannelsCanBeSelectedToo() throws IOException {
    Pipe pipe = provider.openPipe();
    closing(pipe.sink());
    closing(pipe.source()).configureBlocking(false);
    SelectionKey source = pipe.source().register(selector, SelectionKey.OP_READ);
    DatagramChannel datagram = closing(provider.openDatagramChannel());
    datagram.bind(new InetSocketAddress(loopback(), 0)).configureBlocking(false);
    SelectionKey datagramKey = datagram.register(selector, SelectionKey.OP_READ);
    Pair pair = connectedPair();
    SelectionKey stream = register(pair.client(), SelectionKey.OP_READ);
    assertEquals(0, selector.selectNow());

    pipe.sink().write(bytes("p"));
    selectUntil(source);
    assertEquals(1, selector.selectedKeys().size());
    pair.accepted().write(bytes("s"));
    selectUntil(stream);
    DatagramChannel sender = closing(provider.openDatagramChannel());
    sender.send(bytes("d"), datagram.getLocalAddress());
    selectUntil(datagramKey);
    assertEquals(3, selector.selectedKeys().size());
  }

  // ---- Blocking, waking, interrupting

  @Test
  void aSelectWaitsForItsWholeTimeout() throws IOException {
    register(connectedPair().client(), SelectionKey.OP_READ);
    long start = System.nanoTime();
    assertEquals(0, selector.select(50));
    assertTrue(System.nanoTime() - start >= 50_000_000);
  }

  @Test
  void aSelectWithoutKeysWaitsToo() throws IOException {
    long start = System.nanoTime();
    assertEquals(0, selector.select(20));
    assertTrue(System.nanoTime() - start >= 20_000_000);
  }

  @Test
  void aWakeupCountsOnceAndBeforehand() throws IOException {
    register(connectedPair().client(), SelectionKey.OP_READ);
    assertSame(selector, selector.wakeup().wakeup());
    assertEquals(0, selector.select());
    long start = System.nanoTime();
    assertEquals(0, selector.select(20));
    assertTrue(System.nanoTime() - start >= 20_000_000);
    selector.wakeup();
    selector.selectNow();
    assertEquals(0, selector.select(20));
    assertTrue(System.nanoTime() - start >= 40_000_000);
  }

  @Test
  void aWakeupEndsABlockedSelect() throws Exception {
    register(connectedPair().client(), SelectionKey.OP_READ);
    FutureTask<Integer> selecting = start(() -> selector.select());
    awaitInside(lastStarted(), "doSelect");
    selector.wakeup();
    assertEquals(0, resultOf(selecting));
  }

  @Test
  void dataEndsABlockedSelect() throws Exception {
    Pair pair = connectedPair();
    register(pair.client(), SelectionKey.OP_READ);
    FutureTask<Integer> selecting = start(() -> selector.select());
    awaitInside(lastStarted(), "doSelect");
    pair.accepted().write(bytes("x"));
    assertEquals(1, resultOf(selecting));
  }

  @Test
  void dataEndsTheBlockedSelectOfAVirtualThread() throws Exception {
    Pair pair = connectedPair();
    register(pair.client(), SelectionKey.OP_READ);
    FutureTask<Integer> selecting = start(Thread.ofVirtual(), () -> selector.select());
    awaitInside(lastStarted(), "doSelect");
    pair.accepted().write(bytes("x"));
    assertEquals(1, resultOf(selecting));
  }

  @Test
  void aConnectDuringASelectIsNoticed() throws Exception {
    ServerSocketChannel server = listen();
    SocketChannel client = open();
    SelectionKey key = register(client, 0);
    FutureTask<Integer> selecting = start(() -> selector.select());
    awaitInside(lastStarted(), "doSelect");
    client.connect(server.getLocalAddress());
    key.interestOps(SelectionKey.OP_CONNECT);
    selector.wakeup();
    resultOf(selecting);
    if (!selector.selectedKeys().contains(key)) {
      selectUntil(key);
    }
    assertTrue(client.finishConnect());
  }

  @Test
  void anInterruptEndsABlockedSelectAndIsKept() throws Exception {
    register(connectedPair().client(), SelectionKey.OP_READ);
    FutureTask<Boolean> selecting =
        start(
            () -> {
              assertEquals(0, selector.select());
              return Thread.currentThread().isInterrupted();
            });
    awaitInside(lastStarted(), "doSelect");
    lastStarted().interrupt();
    assertTrue(resultOf(selecting));
    assertTrue(selector.isOpen());
  }

  @Test
  void anInterruptedThreadDoesNotWait() throws IOException {
    register(connectedPair().client(), SelectionKey.OP_READ);
    Thread.currentThread().interrupt();
    assertEquals(0, selector.select());
    assertTrue(Thread.interrupted());
  }

  /** Every wake-up ends a select, whether that polls, goes to sleep or sleeps in the kernel. */
  @Test
  void noWakeupIsLostWhileAKernelChannelIsRegistered() throws Exception {
    Pipe pipe = provider.openPipe();
    closing(pipe.sink());
    closing(pipe.source()).configureBlocking(false);
    pipe.source().register(selector, SelectionKey.OP_READ);
    register(connectedPair().client(), SelectionKey.OP_READ);
    AtomicInteger woken = new AtomicInteger();
    int rounds = 5_000;
    FutureTask<Integer> selecting =
        start(
            () -> {
              for (int i = 1; i <= rounds; i++) {
                assertEquals(0, selector.select());
                woken.set(i);
              }
              return rounds;
            });
    Random random = new Random(rounds);
    for (int i = 1; i <= rounds; i++) {
      for (int pause = random.nextInt(2_000); pause > 0; pause--) {
        Thread.onSpinWait();
      }
      int round = i;
      selector.wakeup();
      awaitTrue(() -> woken.get() == round || selecting.isDone());
    }
    assertEquals(rounds, resultOf(selecting));
  }

  @Test
  void closingKernelChannelsDoesNotDisturbASelect() throws Exception {
    AtomicBoolean done = new AtomicBoolean();
    FutureTask<Boolean> selecting =
        start(
            () -> {
              while (!done.get()) {
                selector.select();
                selector.selectedKeys().clear();
              }
              return true;
            });
    try {
      for (int i = 0; i < 2_000; i++) {
        Pipe pipe = provider.openPipe();
        pipe.source().configureBlocking(false);
        pipe.sink().write(bytes("x"));
        pipe.source().register(selector, SelectionKey.OP_READ);
        selector.wakeup();
        pipe.source().close();
        pipe.sink().close();
      }
    } finally {
      done.set(true);
      selector.wakeup();
    }
    assertTrue(resultOf(selecting));
  }

  // ---- Keys

  @Test
  void registeringAgainChangesTheKey() throws IOException {
    SocketChannel channel = connectedPair().client();
    SelectionKey key = register(channel, SelectionKey.OP_READ);
    assertSame(key, channel.register(selector, SelectionKey.OP_WRITE, "new"));
    assertEquals(SelectionKey.OP_WRITE, key.interestOps());
    assertEquals("new", key.attachment());
    assertEquals(1, selector.keys().size());
    assertSame(channel, key.channel());
    assertSame(selector, key.selector());
    assertTrue(channel.isRegistered());
  }

  @Test
  void operationsAndModesAreChecked() throws IOException {
    SocketChannel channel = connectedPair().client();
    assertThrows(
        IllegalBlockingModeException.class, () -> channel.register(selector, SelectionKey.OP_READ));
    channel.configureBlocking(false);
    assertThrows(
        IllegalArgumentException.class, () -> channel.register(selector, SelectionKey.OP_ACCEPT));
    SelectionKey key = channel.register(selector, SelectionKey.OP_READ);
    assertThrows(IllegalArgumentException.class, () -> key.interestOps(SelectionKey.OP_ACCEPT));
    assertThrows(IllegalArgumentException.class, () -> key.interestOpsOr(SelectionKey.OP_ACCEPT));
    assertThrows(IllegalBlockingModeException.class, () -> channel.configureBlocking(true));
  }

  @Test
  void aChannelOfAnotherProviderIsRefused() throws IOException {
    Flavour other = isOracle() ? Flavour.KERNEL : Flavour.JDK;
    SocketChannel foreign = closing(other.provider().openSocketChannel());
    foreign.configureBlocking(false);
    assertThrows(
        IllegalSelectorException.class, () -> foreign.register(selector, SelectionKey.OP_READ));
  }

  @Test
  void aCancelledKeyLeavesAtTheNextSelection() throws IOException {
    SocketChannel channel = connectedPair().client();
    SelectionKey key = register(channel, SelectionKey.OP_WRITE);
    selectUntil(key);
    key.cancel();
    assertFalse(key.isValid());
    assertThrows(CancelledKeyException.class, key::interestOps);
    assertThrows(CancelledKeyException.class, key::readyOps);
    assertThrows(CancelledKeyException.class, () -> key.interestOps(0));
    assertTrue(selector.keys().contains(key));
    assertThrows(
        CancelledKeyException.class, () -> channel.register(selector, SelectionKey.OP_READ));
    selector.selectNow();
    assertFalse(selector.keys().contains(key));
    assertFalse(selector.selectedKeys().contains(key));
    assertFalse(channel.isRegistered());
    assertNull(channel.keyFor(selector));
    SelectionKey again = channel.register(selector, SelectionKey.OP_WRITE);
    selectUntil(again);
  }

  @Test
  void aCancelledChannelCanBeMadeBlockingAtOnce() throws IOException {
    Pair pair = connectedPair();
    SelectionKey key = register(pair.client(), SelectionKey.OP_READ);
    pair.accepted().write(bytes("ab"));
    selectUntil(key);
    key.cancel();
    pair.client().configureBlocking(true);
    assertEquals("ab", read(pair.client(), 2));
    pair.accepted().write(bytes("cd"));
    selector.selectNow();
    SelectionKey again = register(pair.client(), SelectionKey.OP_READ);
    selectUntil(again);
    assertEquals("cd", read(pair.client(), 2));
  }

  @Test
  void closingAChannelCancelsItsKeysAndReachesThePeer() throws IOException {
    Pair pair = connectedPair();
    SelectionKey key = register(pair.client(), SelectionKey.OP_READ);
    pair.client().close();
    assertFalse(key.isValid());
    // Even if the selector never selects again.
    assertEquals(-1, pair.accepted().read(ByteBuffer.allocate(1)));
    selector.selectNow();
    assertTrue(selector.keys().isEmpty());
  }

  @Test
  void theKeySetsAllowWhatTheyShould() throws IOException {
    SelectionKey key = register(connectedPair().client(), SelectionKey.OP_WRITE);
    selectUntil(key);
    assertThrows(UnsupportedOperationException.class, () -> selector.keys().remove(key));
    assertKeysCannotBeAdded(selector, key);
    assertTrue(selector.selectedKeys().remove(key));
    assertFalse(selector.selectedKeys().remove(key));
    assertEquals(1, selector.select());
    Iterator<SelectionKey> iterator = selector.selectedKeys().iterator();
    assertSame(key, iterator.next());
    iterator.remove();
    assertFalse(iterator.hasNext());
    assertTrue(selector.selectedKeys().isEmpty());
  }

  @Test
  void manyKeysCanBeRemovedWhileIterating() throws IOException {
    ServerSocketChannel server = listen();
    for (int i = 0; i < 40; i++) {
      SocketChannel client = open();
      client.connect(server.getLocalAddress());
      closing(server.accept());
      register(client, SelectionKey.OP_WRITE);
    }
    assertEquals(40, selector.select());
    int seen = 0;
    for (Iterator<SelectionKey> i = selector.selectedKeys().iterator(); i.hasNext(); ) {
      assertTrue(i.next().isWritable());
      if ((seen++ & 1) == 0) {
        i.remove();
      }
    }
    assertEquals(40, seen);
    assertEquals(20, selector.selectedKeys().size());
    assertEquals(20, selector.select());
    assertEquals(40, selector.selectedKeys().size());
  }

  @Test
  void keysCanBeIteratedWhileOthersRegister() throws Exception {
    ServerSocketChannel server = listen();
    List<SocketChannel> channels = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      SocketChannel client = open();
      client.connect(server.getLocalAddress());
      closing(server.accept());
      client.configureBlocking(false);
      channels.add(client);
    }
    AtomicBoolean done = new AtomicBoolean();
    FutureTask<Integer> iterating =
        start(
            () -> {
              int most = 0;
              while (!done.get()) {
                int count = 0;
                for (SelectionKey key : selector.keys()) {
                  count += key.isValid() ? 1 : 0;
                }
                most = Math.max(most, count);
              }
              return most;
            });
    for (SocketChannel channel : channels) {
      channel.register(selector, SelectionKey.OP_READ);
    }
    done.set(true);
    assertTrue(resultOf(iterating) <= 50);
    assertEquals(50, selector.keys().size());
  }

  @Test
  void registeringDoesNotWaitForASelectUnderWay() throws Exception {
    register(connectedPair().client(), SelectionKey.OP_READ);
    FutureTask<Integer> selecting = start(() -> selector.select());
    awaitInside(lastStarted(), "doSelect");
    SelectionKey key = register(connectedPair().client(), SelectionKey.OP_WRITE);
    selector.wakeup();
    resultOf(selecting);
    if (!selector.selectedKeys().contains(key)) {
      selectUntil(key);
    }
  }

  // ---- Consumers

  @Test
  void aConsumerSeesEveryReadyKeyAndTheSelectedSetStaysEmpty() throws IOException {
    Pair pair = connectedPair();
    SelectionKey a = register(pair.client(), SelectionKey.OP_WRITE);
    SelectionKey b = register(pair.accepted(), SelectionKey.OP_WRITE);
    for (int i = 0; i < 2; i++) {
      List<SelectionKey> seen = new ArrayList<>();
      assertEquals(2, selector.select(seen::add));
      assertTrue(seen.contains(a) && seen.contains(b));
      assertTrue(selector.selectedKeys().isEmpty());
    }
    assertEquals(2, selector.selectNow(key -> assertTrue(key.isWritable())));
    assertEquals(2, selector.select(key -> assertTrue(key.isWritable()), 1000));
  }

  @Test
  void aConsumerMustNotSelect() throws IOException {
    register(connectedPair().client(), SelectionKey.OP_WRITE);
    assertThrows(
        IllegalStateException.class,
        () ->
            selector.select(
                key -> {
                  try {
                    selector.selectNow();
                  } catch (IOException e) {
                    throw new AssertionError(e);
                  }
                }));
    assertEquals(1, selector.selectNow());
  }

  @Test
  void aConsumerThatThrowsLeavesTheSelectorUsable() throws IOException {
    Pair pair = connectedPair();
    register(pair.client(), SelectionKey.OP_WRITE);
    register(pair.accepted(), SelectionKey.OP_WRITE);
    assertThrows(
        ArithmeticException.class,
        () ->
            selector.select(
                key -> {
                  throw new ArithmeticException();
                }));
    assertEquals(2, selector.select());
  }

  @Test
  void aConsumerMayCloseTheSelector() throws IOException {
    register(connectedPair().client(), SelectionKey.OP_WRITE);
    assertThrows(
        ClosedSelectorException.class,
        () ->
            selector.select(
                key -> {
                  try {
                    selector.close();
                  } catch (IOException e) {
                    throw new AssertionError(e);
                  }
                }));
  }

  @Test
  void argumentsAreChecked() {
    assertThrows(IllegalArgumentException.class, () -> selector.select(-1));
    assertThrows(IllegalArgumentException.class, () -> selector.select(key -> {}, -1));
    assertThrows(NullPointerException.class, () -> selector.select(null));
    assertThrows(NullPointerException.class, () -> selector.select(null, 1));
    assertThrows(NullPointerException.class, () -> selector.selectNow(null));
  }

  // ---- Closing

  @Test
  void closingEndsASelectNormally() throws Exception {
    register(connectedPair().client(), SelectionKey.OP_READ);
    FutureTask<Integer> selecting = start(() -> selector.select());
    awaitInside(lastStarted(), "doSelect");
    selector.close();
    assertEquals(0, resultOf(selecting));
  }

  @Test
  void aClosedSelectorRefusesEverythingAndReleasesItsChannels() throws IOException {
    SocketChannel channel = connectedPair().client();
    SelectionKey key = register(channel, SelectionKey.OP_READ);
    selector.close();
    selector.close();
    assertFalse(key.isValid());
    assertFalse(channel.isRegistered());
    assertThrows(ClosedSelectorException.class, selector::select);
    assertThrows(ClosedSelectorException.class, selector::selectNow);
    assertThrows(ClosedSelectorException.class, selector::keys);
    assertThrows(ClosedSelectorException.class, selector::selectedKeys);
    assertThrows(
        ClosedSelectorException.class, () -> channel.register(selector, SelectionKey.OP_READ));
    channel.configureBlocking(true);
    assertSame(selector, selector.wakeup());
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // as a program without generics would
  private static void assertKeysCannotBeAdded(Selector selector, SelectionKey key) {
    Set selected = selector.selectedKeys();
    for (Object anything : new Object[] {key, "no key", null}) {
      assertThrows(UnsupportedOperationException.class, () -> selected.add(anything));
      assertThrows(UnsupportedOperationException.class, () -> selector.keys().remove(anything));
    }
    assertThrows(UnsupportedOperationException.class, () -> selected.addAll(List.of()));
    assertThrows(UnsupportedOperationException.class, () -> selected.addAll(List.of(key)));
    assertThrows(UnsupportedOperationException.class, () -> selector.keys().add(key));
    assertThrows(UnsupportedOperationException.class, () -> selector.keys().clear());
  }
}
