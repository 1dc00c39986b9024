package dev.sidestep.provider;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

/** Sizes of buffers, whenever they are set. */
abstract class BufferSizeContract extends ProviderContract {

  private static final SocketOption<Integer> RECEIVE = StandardSocketOptions.SO_RCVBUF;
  private static final SocketOption<Integer> SEND = StandardSocketOptions.SO_SNDBUF;
  private static final int SMALL = 8192;

  /** Linux counts what its own records take, too, and rounds generously. */
  private static final int MOST_QUEUED = 10 * SMALL;

  BufferSizeContract(Flavour flavour) {
    super(flavour);
  }

  private Pair connectedPair(int listenerReceive, int clientReceive, int clientSend)
      throws IOException {
    ServerSocketChannel server = closing(provider.openServerSocketChannel());
    server.setOption(RECEIVE, listenerReceive);
    server.bind(new InetSocketAddress(loopback(), 0));
    SocketChannel client = open();
    client.setOption(RECEIVE, clientReceive);
    client.setOption(SEND, clientSend);
    client.connect(server.getLocalAddress());
    return new Pair(client, closing(server.accept()));
  }

  /** What a writer can leave with a reader that does not read. */
  private static int queuedBytes(SocketChannel writer) throws IOException {
    writer.configureBlocking(false);
    int total = 0;
    // What is on its way makes room again, so ask until it stays full.
    for (int refused = 0; refused < 1000; refused++) {
      int count = writer.write(ByteBuffer.allocate(1000));
      while (count > 0) {
        refused = 0;
        total += count;
        count = writer.write(ByteBuffer.allocate(1000));
      }
    }
    return total;
  }

  @Test
  void whatIsSetBeforeConnectingBoundsWhatIsQueued() throws IOException {
    Pair pair = connectedPair(SMALL, SMALL, SMALL);
    assertEquals(SMALL, pair.client().getOption(SEND));
    int queued = queuedBytes(pair.client());
    assertTrue(queued >= SMALL && queued <= MOST_QUEUED, () -> "queued " + queued);
  }

  @Test
  void anAcceptedConnectionInheritsAndMayChangeIt() throws IOException {
    Pair pair = connectedPair(SMALL, SMALL, SMALL);
    assertEquals(SMALL, pair.accepted().getOption(RECEIVE));
    pair.accepted().setOption(SEND, SMALL);
    int queued = queuedBytes(pair.accepted());
    assertTrue(queued >= SMALL && queued <= MOST_QUEUED, () -> "queued " + queued);
  }

  @Test
  void impossibleSizesBecomeTheNearestPossible() throws IOException {
    SocketChannel expected = closing(Flavour.JDK.provider().openSocketChannel());
    SocketChannel channel = open();
    Pair pair = connectedPair();
    for (int size : new int[] {1, 2000, 1 << 30, Integer.MAX_VALUE}) {
      for (SocketOption<Integer> option : java.util.List.of(RECEIVE, SEND)) {
        int wanted = expected.setOption(option, size).getOption(option);
        assertEquals(wanted, channel.setOption(option, size).getOption(option));
        assertEquals(wanted, pair.client().setOption(option, size).getOption(option));
      }
    }
  }

  @Test
  void theSmallestBuffersCarryEverything() throws Exception {
    Pair pair = connectedPair(1, 1, 1);
    byte[] sent = randomBytes(200_000);
    FutureTask<Integer> writer = start(() -> pair.client().write(ByteBuffer.wrap(sent)));
    ByteBuffer received = ByteBuffer.allocate(sent.length);
    while (received.hasRemaining()) {
      pair.accepted().read(received);
    }
    assertEquals(sent.length, resultOf(writer));
    assertEquals(ByteBuffer.wrap(sent), received.flip());
  }
}
