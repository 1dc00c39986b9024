package dev.sidestep.samples;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Sends a stream to an echo server in chunks of one size, receives it at the same time, and checks
 * every byte on request. Ends with status 1 when the stream does not come back as it was sent.
 */
public final class EchoClient {
  private final SocketChannel channel;
  private final RandomData data;
  private final boolean verify;
  private final long totalBytes;
  private final ByteBuffer sending;
  private final ByteBuffer receiving;
  private long sentBytes;
  private long receivedBytes;

  private EchoClient(SocketChannel channel, Options options) {
    this.channel = channel;
    this.data = new RandomData(options.number("seed"));
    this.verify = options.has("verify");
    this.totalBytes = options.number("bytes");
    this.sending = ByteBuffer.allocateDirect(options.smallNumber("size")).limit(0);
    this.receiving = ByteBuffer.allocateDirect(Math.max(options.smallNumber("size"), 64 << 10));
  }

  /** Sends, receives, and prints one line with what was echoed. */
  public static void main(String[] args) throws Exception {
    Options options =
        new Options("EchoClient", "Sends a stream to an echo server and receives it back.")
            .value("host", "127.0.0.1", "server's address")
            .value("port", "7007", "server's port")
            .value("mode", "selector", "selector, or blocking (one thread sends, one receives)")
            .value("size", "4k", "bytes handed to each write")
            .value("bytes", "16m", "bytes to send in all")
            .value("seed", "1", "which random stream is sent")
            .flag("verify", "send random data and check every byte that comes back")
            .parse(args);
    InetSocketAddress server =
        new InetSocketAddress(options.text("host"), options.smallNumber("port"));
    try (SocketChannel channel = SocketChannel.open(server)) {
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      EchoClient client = new EchoClient(channel, options);
      long start = System.nanoTime();
      switch (options.text("mode")) {
        case "selector" -> client.runBySelector();
        case "blocking" -> client.runByThreads();
        default -> throw options.refuse("--mode is selector or blocking");
      }
      client.report(System.nanoTime() - start, options.smallNumber("size"));
    }
  }

  private void report(long nanos, int chunkBytes) {
    System.out.printf(
        Locale.ROOT,
        "echoed bytes=%d chunk_bytes=%d verified=%b seconds=%.3f%n",
        receivedBytes,
        chunkBytes,
        verify,
        nanos / 1e9);
  }

  private void runBySelector() throws IOException {
    channel.configureBlocking(false);
    try (Selector selector = Selector.open()) {
      SelectionKey key = channel.register(selector, SelectionKey.OP_READ | SelectionKey.OP_WRITE);
      boolean open = true;
      while (open) {
        selector.select();
        selector.selectedKeys().clear();
        if (key.isWritable() && !sendChunk()) {
          channel.shutdownOutput();
          key.interestOps(SelectionKey.OP_READ);
        }
        open = !key.isReadable() || receive();
      }
    }
    expectEverything();
  }

  private void runByThreads() throws IOException, InterruptedException {
    try (ExecutorService executor = Executors.newSingleThreadExecutor()) {
      Future<?> sender = executor.submit(this::sendAll);
      while (receive()) {
        // receive() waits for the next bytes itself
      }
      sender.get();
    } catch (ExecutionException e) {
      throw new IOException("cannot send", e.getCause());
    }
    expectEverything();
  }

  private boolean sendAll() throws IOException {
    while (sendChunk()) {
      // sendChunk() waits for room itself
    }
    channel.shutdownOutput();
    return true;
  }

  /** Writes what is left of the chunk, or the next one; false when nothing is left to send. */
  private boolean sendChunk() throws IOException {
    if (!sending.hasRemaining()) {
      if (sentBytes == totalBytes) {
        return false;
      }
      sending.clear().limit((int) Math.min(sending.capacity(), totalBytes - sentBytes));
      int chunkBytes = sending.remaining();
      if (verify) {
        data.fill(sending, sentBytes);
        sending.rewind();
      }
      sentBytes += chunkBytes;
    }
    channel.write(sending);
    return true;
  }

  /** Reads once and checks what arrived; false at the end of the stream. */
  private boolean receive() throws IOException {
    receiving.clear();
    int count = channel.read(receiving);
    if (count < 0) {
      return false;
    }
    if (verify) {
      data.check(receiving.flip(), receivedBytes);
    }
    receivedBytes += count;
    return true;
  }

  private void expectEverything() throws EOFException {
    if (receivedBytes != totalBytes) {
      throw new EOFException(receivedBytes + " of " + totalBytes + " bytes came back");
    }
  }
}
