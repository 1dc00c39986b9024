package dev.sidestep.provider;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.Channels;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ConnectionPendingException;
import java.nio.channels.FileChannel;
import java.nio.channels.NoConnectionPendingException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a program may rely on with any {@link SocketChannel}. */
abstract class SocketChannelContract extends ProviderContract {

  SocketChannelContract(Flavour flavour) {
    super(flavour);
  }

  private static ByteBuffer one() {
    return ByteBuffer.allocate(1);
  }

  // ---- Connecting

  @Test
  void anUnconnectedChannelRefusesInputAndOutput() throws IOException {
    SocketChannel channel = open();
    assertThrows(NotYetConnectedException.class, () -> channel.read(one()));
    assertThrows(NotYetConnectedException.class, () -> channel.write(one()));
    assertThrows(NotYetConnectedException.class, () -> channel.read(new ByteBuffer[] {one()}));
    assertThrows(NotYetConnectedException.class, () -> channel.write(new ByteBuffer[] {one()}));
    assertThrows(NotYetConnectedException.class, channel::shutdownInput);
    assertThrows(NotYetConnectedException.class, channel::shutdownOutput);
    assertThrows(NoConnectionPendingException.class, channel::finishConnect);
    assertFalse(channel.isConnected());
    assertFalse(channel.isConnectionPending());
    assertNull(channel.getLocalAddress());
    assertNull(channel.getRemoteAddress());
  }

  @Test
  void aConnectedChannelKnowsBothEnds() throws IOException {
    ServerSocketChannel server = listen();
    SocketChannel client = open();
    assertTrue(client.connect(server.getLocalAddress()));
    SocketChannel accepted = closing(server.accept());
    assertTrue(client.isConnected());
    assertTrue(accepted.isConnected());
    assertTrue(client.finishConnect());
    assertEquals(server.getLocalAddress(), client.getRemoteAddress());
    assertEquals(server.getLocalAddress(), accepted.getLocalAddress());
    assertEquals(client.getLocalAddress(), accepted.getRemoteAddress());
    assertEquals(loopback(), ((InetSocketAddress) client.getLocalAddress()).getAddress());
    assertEquals(provider, client.provider());
    assertEquals(provider, accepted.provider());
  }

  @Test
  void connectingTwiceIsRefused() throws IOException {
    Pair pair = connectedPair();
    SocketAddress remote = pair.client().getRemoteAddress();
    assertThrows(AlreadyConnectedException.class, () -> pair.client().connect(remote));
    assertTrue(pair.client().isOpen());
  }

  @Test
  void connectingWhileConnectingIsRefused() throws IOException {
    ServerSocketChannel server = listen();
    SocketChannel client = open();
    client.configureBlocking(false);
    assertFalse(client.connect(server.getLocalAddress()));
    assertTrue(client.isConnectionPending());
    assertThrows(ConnectionPendingException.class, () -> client.connect(server.getLocalAddress()));
    assertThrows(ConnectionPendingException.class, () -> client.bind(null));
    assertThrows(NotYetConnectedException.class, () -> client.read(one()));
    awaitConnected(client);
    assertTrue(client.isConnected());
    assertFalse(client.isConnectionPending());
  }

  private static void awaitConnected(SocketChannel client) throws IOException {
    while (!client.finishConnect()) {
      Thread.onSpinWait();
    }
  }

  @Test
  void aBlockingConnectThatIsRefusedClosesTheChannel() throws IOException {
    SocketChannel client = open();
    InetSocketAddress nobody = nobody();
    IOException e = assertThrows(ConnectException.class, () -> client.connect(nobody));
    assertEquals("Connection refused", e.getMessage());
    assertFalse(client.isOpen());
  }

  @Test
  void aNonBlockingConnectThatIsRefusedSaysSoInFinishConnect() throws IOException {
    SocketChannel client = open();
    client.configureBlocking(false);
    assertFalse(client.connect(nobody()));
    IOException e = assertThrows(ConnectException.class, () -> awaitConnected(client));
    assertEquals("Connection refused", e.getMessage());
    assertFalse(client.isOpen());
  }

  @Test
  void aPendingConnectCanBeFinishedBlocking() throws IOException {
    ServerSocketChannel server = listen();
    SocketChannel client = open();
    client.configureBlocking(false);
    client.connect(server.getLocalAddress());
    client.configureBlocking(true);
    assertTrue(client.finishConnect());
    assertTrue(client.isConnected());
  }

  @Test
  void addressesAreChecked() throws IOException {
    SocketChannel client = open();
    assertThrows(NullPointerException.class, () -> client.connect(null));
    assertThrows(
        UnresolvedAddressException.class,
        () -> client.connect(InetSocketAddress.createUnresolved("nowhere.invalid", 1)));
    assertThrows(
        UnsupportedAddressTypeException.class, () -> client.connect(new SocketAddress() {}));
    assertThrows(UnsupportedAddressTypeException.class, () -> client.bind(new SocketAddress() {}));
    assertTrue(client.isOpen());
  }

  @Test
  void aBoundPortIsTheLocalPortOfTheConnection() throws IOException {
    ServerSocketChannel server = listen();
    SocketChannel client = open();
    client.bind(new InetSocketAddress(loopback(), 0));
    InetSocketAddress local = (InetSocketAddress) client.getLocalAddress();
    assertNotNull(local);
    assertTrue(local.getPort() > 0);
    assertThrows(AlreadyBoundException.class, () -> client.bind(null));
    client.connect(server.getLocalAddress());
    assertEquals(local, client.getLocalAddress());
    assertEquals(local, closing(server.accept()).getRemoteAddress());
  }

  /** Once the server's end stays in TIME-WAIT, once the client's. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aFixedLocalPortConnectsAgainAtOnce(boolean clientClosesFirst) throws IOException {
    ServerSocketChannel server = listen();
    InetSocketAddress local = null;
    for (int i = 0; i < 20; i++) {
      SocketChannel client = open();
      client.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      client.bind(local == null ? new InetSocketAddress(loopback(), 0) : local);
      local = (InetSocketAddress) client.getLocalAddress();
      client.connect(server.getLocalAddress());
      SocketChannel accepted = closing(server.accept());
      assertEquals(local, accepted.getRemoteAddress());
      SocketChannel first = clientClosesFirst ? client : accepted;
      SocketChannel second = clientClosesFirst ? accepted : client;
      first.close();
      assertEquals(-1, second.read(one()));
      second.close();
    }
  }

  @Test
  void aPortBoundToTheWildcardIsTheLocalPortOfTheConnection() throws IOException {
    ServerSocketChannel server = listen();
    SocketChannel client = open();
    client.bind(null);
    InetSocketAddress local = (InetSocketAddress) client.getLocalAddress();
    assertTrue(local.getAddress().isAnyLocalAddress());
    assertTrue(local.getPort() > 0);
    client.connect(server.getLocalAddress());
    InetSocketAddress peer = (InetSocketAddress) closing(server.accept()).getRemoteAddress();
    assertEquals(new InetSocketAddress(loopback(), local.getPort()), peer);
    assertEquals(peer, client.getLocalAddress());
  }

  // ---- Data

  @Test
  void whatIsWrittenOnOneEndIsReadOnTheOther() throws IOException {
    Pair pair = connectedPair();
    assertEquals(5, pair.client().write(bytes("hello")));
    assertEquals("hello", read(pair.accepted(), 5));
    assertEquals(6, pair.accepted().write(bytes("world!")));
    assertEquals("world!", read(pair.client(), 6));
  }

  @Test
  void directBuffersWorkLikeHeapBuffers() throws IOException {
    Pair pair = connectedPair();
    ByteBuffer out = ByteBuffer.allocateDirect(4).putInt(0, 0xcafebabe);
    pair.client().write(out);
    assertFalse(out.hasRemaining());
    ByteBuffer in = ByteBuffer.allocateDirect(4);
    while (in.hasRemaining()) {
      pair.accepted().read(in);
    }
    assertEquals(0xcafebabe, in.getInt(0));
  }

  @Test
  void gatheringAndScatteringKeepTheOrder() throws IOException {
    Pair pair = connectedPair();
    ByteBuffer[] out = {bytes("skipped"), bytes("ab"), bytes(""), bytes("cdef"), bytes("skipped")};
    assertEquals(6, pair.client().write(out, 1, 3));
    ByteBuffer[] in = {ByteBuffer.allocate(1), ByteBuffer.allocate(0), ByteBuffer.allocate(5)};
    long count = 0;
    while (count < 6) {
      count += pair.accepted().read(in);
    }
    assertEquals('a', in[0].get(0));
    assertArrayEquals("bcdef".getBytes(java.nio.charset.StandardCharsets.US_ASCII), in[2].array());
  }

  @Test
  void aBlockingWriteTakesEverything() throws Exception {
    Pair pair = connectedPair();
    byte[] sent = randomBytes(3 << 20);
    FutureTask<byte[]> received =
        start(
            () -> {
              ByteBuffer in = ByteBuffer.allocate(sent.length);
              while (in.hasRemaining() && pair.accepted().read(in) >= 0) {
                Thread.onSpinWait();
              }
              return in.array();
            });
    assertEquals(sent.length, pair.client().write(ByteBuffer.wrap(sent)));
    assertArrayEquals(sent, resultOf(received));
  }

  @Test
  void bothDirectionsAtOnceDoNotDisturbEachOther() throws Exception {
    Pair pair = connectedPair();
    byte[] sent = randomBytes(1 << 20);
    FutureTask<Integer> there = start(() -> pair.client().write(ByteBuffer.wrap(sent)));
    FutureTask<Integer> back = start(() -> pair.accepted().write(ByteBuffer.wrap(sent)));
    FutureTask<byte[]> atServer = start(() -> readFully(pair.accepted(), sent.length));
    assertArrayEquals(sent, readFully(pair.client(), sent.length));
    assertArrayEquals(sent, resultOf(atServer));
    assertEquals(sent.length, resultOf(there));
    assertEquals(sent.length, resultOf(back));
  }

  private static byte[] readFully(SocketChannel channel, int count) throws IOException {
    ByteBuffer in = ByteBuffer.allocate(count);
    while (in.hasRemaining()) {
      if (channel.read(in) < 0) {
        throw new IOException("end of stream");
      }
    }
    return in.array();
  }

  @Test
  void aNonBlockingReadReturnsNothingIfThereIsNothing() throws IOException {
    Pair pair = connectedPair();
    pair.client().configureBlocking(false);
    assertEquals(0, pair.client().read(one()));
    assertEquals(0, pair.client().read(new ByteBuffer[] {one()}));
  }

  @Test
  void aNonBlockingWriteStopsWhenThePeerDoesNotReadAndGoesOnWhenItDoes() throws IOException {
    Pair pair = connectedPair();
    pair.client().configureBlocking(false);
    pair.accepted().configureBlocking(false);
    ByteBuffer chunk = ByteBuffer.allocate(1 << 16);
    long written = 0;
    int count;
    do {
      count = pair.client().write(chunk.clear());
      written += count;
    } while (count > 0);
    long read = 0;
    while (read < written) {
      read += pair.accepted().read(chunk.clear());
    }
    while (pair.client().write(chunk.clear()) == 0) {
      pair.accepted().read(ByteBuffer.allocate(1 << 16));
    }
    assertTrue(written > 0);
  }

  @Test
  void buffersAreChecked() throws IOException {
    Pair pair = connectedPair();
    pair.accepted().write(bytes("x"));
    assertThrows(NullPointerException.class, () -> pair.client().read((ByteBuffer) null));
    assertThrows(
        IllegalArgumentException.class, () -> pair.client().read(one().asReadOnlyBuffer()));
    assertEquals(0, pair.client().read(ByteBuffer.allocate(0)));
    assertEquals(0, pair.client().write(ByteBuffer.allocate(0)));
    assertThrows(
        IndexOutOfBoundsException.class, () -> pair.client().read(new ByteBuffer[1], 1, 1));
    assertEquals("x", read(pair.client(), 1));
  }

  @Test
  void aFileCanBeTransferredToAChannel(@TempDir Path directory) throws Exception {
    Pair pair = connectedPair();
    byte[] content = randomBytes(300_000);
    Path path = Files.write(directory.resolve("content"), content);
    FutureTask<byte[]> received = start(() -> readFully(pair.accepted(), content.length));
    try (FileChannel file = FileChannel.open(path)) {
      long position = 0;
      while (position < content.length) {
        position += file.transferTo(position, content.length - position, pair.client());
      }
    }
    assertArrayEquals(content, resultOf(received));
  }

  @Test
  void virtualThreadsReadAndWrite() throws Exception {
    Pair pair = connectedPair();
    FutureTask<String> reader = start(Thread.ofVirtual(), () -> read(pair.accepted(), 5));
    FutureTask<Integer> writer =
        start(Thread.ofVirtual(), () -> pair.client().write(bytes("hello")));
    assertEquals(5, resultOf(writer));
    assertEquals("hello", resultOf(reader));
  }

  /** Far more than any test takes. */
  private static final int LINGER_SECONDS = 600;

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aCloseLingersUntilThePeerHasEverything(boolean blocking) throws Exception {
    Pair pair = connectedPair();
    pair.client().setOption(StandardSocketOptions.SO_LINGER, LINGER_SECONDS);
    long written = fill(pair.client());
    pair.client().configureBlocking(blocking);
    FutureTask<Void> closing =
        start(
            () -> {
              pair.client().close();
              return null;
            });
    // A close that does not wait is hardly ever seen here, and the test does not end.
    awaitInside(lastStarted(), "close");
    assertEquals(
        written,
        Channels.newInputStream(pair.accepted()).transferTo(OutputStream.nullOutputStream()));
    resultOf(closing);
  }

  /** Writes until the peer, which does not read, takes no more. */
  private static long fill(SocketChannel channel) throws IOException {
    channel.configureBlocking(false);
    ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
    long written = 0;
    int count;
    do {
      buffer.clear();
      count = channel.write(buffer);
      written += count;
    } while (count > 0);
    return written;
  }

  @Test
  void aLingerTimeThatIsOverEndsTheClose() throws Exception {
    Pair pair = connectedPair();
    pair.client().setOption(StandardSocketOptions.SO_LINGER, 1);
    fill(pair.client());
    long start = System.nanoTime();
    pair.client().close();
    assertTrue(System.nanoTime() - start >= 1_000_000_000L - 20_000_000L, "waited too short");
  }

  private static final int MORE_THAN_FITS = 64 << 20;

  @Test
  void aWriteOfAVirtualThreadTakesWhatFits() throws Exception {
    Pair pair = connectedPair();
    FutureTask<Integer> writer =
        start(Thread.ofVirtual(), () -> pair.client().write(ByteBuffer.allocate(MORE_THAN_FITS)));
    int count = resultOf(writer);
    assertTrue(count > 0 && count < MORE_THAN_FITS, "bytes taken: " + count);
    // From then on it is so for all threads.
    FutureTask<Long> reader =
        start(
            () ->
                Channels.newInputStream(pair.accepted())
                    .transferTo(OutputStream.nullOutputStream()));
    int next = pair.client().write(ByteBuffer.allocate(MORE_THAN_FITS));
    assertTrue(next > 0 && next < MORE_THAN_FITS, "bytes taken: " + next);
    pair.client().close();
    assertEquals(count + next, resultOf(reader));
  }

  @Test
  void closingEndsTheWriteOfAPlatformThreadWithWhatWasTaken() throws Exception {
    Pair pair = connectedPair();
    FutureTask<Integer> writer =
        start(() -> pair.client().write(ByteBuffer.allocateDirect(MORE_THAN_FITS)));
    read(pair.accepted(), 1);
    awaitInside(lastStarted(), "write");
    pair.client().close();
    int count = resultOf(writer);
    assertTrue(count > 0 && count < MORE_THAN_FITS, "bytes taken: " + count);
  }

  // ---- Ending

  @Test
  void theEndOfTheStreamFollowsTheLastByte() throws IOException {
    Pair pair = connectedPair();
    pair.client().write(bytes("bye"));
    pair.client().close();
    assertEquals("bye", read(pair.accepted(), 3));
    assertEquals(-1, pair.accepted().read(one()));
    assertEquals(-1, pair.accepted().read(new ByteBuffer[] {one()}));
  }

  @Test
  void oneDirectionCanEndBeforeTheOther() throws IOException {
    Pair pair = connectedPair();
    pair.client().shutdownOutput();
    pair.client().shutdownOutput();
    assertEquals(-1, pair.accepted().read(one()));
    pair.accepted().write(bytes("still here"));
    assertEquals("still here", read(pair.client(), 10));
    assertThrows(AsynchronousCloseException.class, () -> pair.client().write(one()));
    pair.client().configureBlocking(false);
    assertThrows(AsynchronousCloseException.class, () -> pair.client().write(one()));
  }

  @Test
  void anInputThatWasShutDownIsAtItsEnd() throws IOException {
    Pair pair = connectedPair();
    pair.client().shutdownInput();
    assertEquals(-1, pair.client().read(one()));
    assertEquals(-1, pair.client().read(ByteBuffer.allocate(0)));
    pair.client().write(bytes("out"));
    assertEquals("out", read(pair.accepted(), 3));
  }

  @Test
  void shuttingDownTheInputEndsABlockedRead() throws Exception {
    Pair pair = connectedPair();
    FutureTask<Integer> reader = start(() -> pair.client().read(one()));
    awaitInside(lastStarted(), "read");
    pair.client().shutdownInput();
    assertEquals(-1, resultOf(reader));
  }

  @Test
  void aResetIsToldByEveryReadAndBreaksThePipe() throws IOException {
    Pair pair = connectedPair();
    reset(pair.client());
    for (int i = 0; i < 2; i++) {
      IOException e = assertThrows(SocketException.class, () -> pair.accepted().read(one()));
      assertEquals("Connection reset", e.getMessage());
    }
    IOException e = assertThrows(IOException.class, () -> pair.accepted().write(one()));
    assertEquals("Broken pipe", e.getMessage());
  }

  @Test
  void closingEndsABlockedRead() throws Exception {
    Pair pair = connectedPair();
    FutureTask<Integer> reader = start(() -> pair.client().read(one()));
    awaitInside(lastStarted(), "read");
    pair.client().close();
    assertThrows(ClosedChannelException.class, () -> resultOf(reader));
    assertEquals(-1, pair.accepted().read(one()));
  }

  @Test
  void closingEndsABlockedWrite() throws Exception {
    Pair pair = connectedPair();
    FutureTask<Void> writer =
        start(
            () -> {
              while (true) {
                pair.client().write(ByteBuffer.allocate(1 << 16));
              }
            });
    awaitInside(lastStarted(), "write");
    pair.client().close();
    assertThrows(ClosedChannelException.class, () -> resultOf(writer));
  }

  @Test
  void anInterruptClosesTheChannelOfABlockedRead() throws Exception {
    Pair pair = connectedPair();
    FutureTask<Boolean> reader =
        start(
            () -> {
              assertThrows(ClosedByInterruptException.class, () -> pair.client().read(one()));
              return Thread.currentThread().isInterrupted();
            });
    awaitInside(lastStarted(), "read");
    lastStarted().interrupt();
    assertTrue(resultOf(reader));
    assertFalse(pair.client().isOpen());
  }

  @Test
  void anInterruptClosesTheChannelOfAVirtualThread() throws Exception {
    Pair pair = connectedPair();
    FutureTask<Integer> reader = start(Thread.ofVirtual(), () -> pair.client().read(one()));
    awaitInside(lastStarted(), "read");
    lastStarted().interrupt();
    assertThrows(ClosedByInterruptException.class, () -> resultOf(reader));
    assertFalse(pair.client().isOpen());
  }

  @Test
  void anInterruptedThreadCannotReadEvenWhatIsThere() throws IOException {
    Pair pair = connectedPair();
    pair.accepted().write(bytes("x"));
    Thread.currentThread().interrupt();
    assertThrows(ClosedByInterruptException.class, () -> pair.client().read(one()));
    assertTrue(Thread.interrupted());
    assertFalse(pair.client().isOpen());
  }

  @Test
  void anInterruptedThreadMayReadWithoutBlocking() throws IOException {
    Pair pair = connectedPair();
    pair.client().configureBlocking(false);
    Thread.currentThread().interrupt();
    assertEquals(0, pair.client().read(one()));
    assertTrue(Thread.interrupted());
    assertTrue(pair.client().isOpen());
  }

  @Test
  void aClosedChannelRefusesEverything() throws IOException {
    Pair pair = connectedPair();
    SocketChannel client = pair.client();
    client.close();
    client.close();
    assertThrows(ClosedChannelException.class, () -> client.read(one()));
    assertThrows(ClosedChannelException.class, () -> client.write(one()));
    assertThrows(ClosedChannelException.class, () -> client.connect(nobody()));
    assertThrows(ClosedChannelException.class, () -> client.bind(null));
    assertThrows(ClosedChannelException.class, client::shutdownInput);
    assertThrows(ClosedChannelException.class, client::getLocalAddress);
    assertThrows(ClosedChannelException.class, client::getRemoteAddress);
    assertThrows(
        ClosedChannelException.class, () -> client.getOption(StandardSocketOptions.SO_RCVBUF));
    assertThrows(ClosedChannelException.class, () -> client.configureBlocking(false));
    assertFalse(client.isConnected());
  }

  // ---- Options

  @Test
  void optionsStartWithTheDefaults() throws IOException {
    SocketChannel channel = open();
    assertEquals(false, channel.getOption(StandardSocketOptions.TCP_NODELAY));
    assertEquals(false, channel.getOption(StandardSocketOptions.SO_KEEPALIVE));
    assertEquals(false, channel.getOption(StandardSocketOptions.SO_REUSEADDR));
    assertEquals(false, channel.getOption(StandardSocketOptions.SO_REUSEPORT));
    assertEquals(-1, channel.getOption(StandardSocketOptions.SO_LINGER));
    assertEquals(0, channel.getOption(StandardSocketOptions.IP_TOS));
    assertTrue(channel.getOption(StandardSocketOptions.SO_RCVBUF) > 0);
    assertTrue(channel.getOption(StandardSocketOptions.SO_SNDBUF) > 0);
    assertEquals(
        Flavour.JDK.provider().openSocketChannel().supportedOptions(), channel.supportedOptions());
  }

  @Test
  void optionsSetBeforeConnectingStayAfterwards() throws IOException {
    SocketChannel client = open();
    client.setOption(StandardSocketOptions.TCP_NODELAY, true);
    client.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
    client.setOption(StandardSocketOptions.SO_RCVBUF, 20_000);
    client.setOption(StandardSocketOptions.IP_TOS, 8);
    client.setOption(jdk.net.ExtendedSocketOptions.TCP_KEEPIDLE, 60);
    client.connect(listen().getLocalAddress());
    assertEquals(true, client.getOption(StandardSocketOptions.TCP_NODELAY));
    assertEquals(true, client.getOption(StandardSocketOptions.SO_KEEPALIVE));
    assertEquals(20_000, client.getOption(StandardSocketOptions.SO_RCVBUF));
    assertEquals(8, client.getOption(StandardSocketOptions.IP_TOS));
    assertEquals(60, client.getOption(jdk.net.ExtendedSocketOptions.TCP_KEEPIDLE));
  }

  @Test
  void optionsAreCheckedBeforeAndAfterConnecting() throws IOException {
    checkOptions(open());
    checkOptions(connectedPair().client());
  }

  private static void checkOptions(SocketChannel channel) throws IOException {
    assertThrows(
        IllegalArgumentException.class,
        () -> channel.setOption(StandardSocketOptions.SO_RCVBUF, -1));
    assertThrows(
        IllegalArgumentException.class, () -> channel.setOption(StandardSocketOptions.IP_TOS, 256));
    assertThrows(
        IllegalArgumentException.class,
        () -> channel.setOption(StandardSocketOptions.SO_SNDBUF, null));
    SocketOption<Integer> foreign = StandardSocketOptions.IP_MULTICAST_TTL;
    assertThrows(UnsupportedOperationException.class, () -> channel.setOption(foreign, 1));
    assertThrows(UnsupportedOperationException.class, () -> channel.getOption(foreign));
    SocketException e =
        assertThrows(
            SocketException.class,
            () -> channel.setOption(jdk.net.ExtendedSocketOptions.TCP_KEEPIDLE, 0));
    assertEquals("Invalid argument", e.getMessage());
    channel.setOption(StandardSocketOptions.SO_LINGER, 70_000);
    assertEquals(65_535, channel.getOption(StandardSocketOptions.SO_LINGER));
    channel.setOption(StandardSocketOptions.SO_LINGER, -5);
    assertEquals(-1, channel.getOption(StandardSocketOptions.SO_LINGER));
  }

  @Test
  void theTextTellsTheState() throws IOException {
    SocketChannel fresh = open();
    assertEquals("java.nio.channels.SocketChannel[unconnected]", fresh.toString());
    SocketChannel client = connectedPair().client();
    assertEquals(
        "java.nio.channels.SocketChannel[connected local="
            + client.getLocalAddress()
            + " remote="
            + client.getRemoteAddress()
            + "]",
        client.toString());
    client.close();
    assertEquals("java.nio.channels.SocketChannel[closed]", client.toString());
  }
}
