package dev.sidestep.samples;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/**
 * Asks an HTTP/1.1 server over several connections, one request at a time on each, from one
 * selector thread. The server is to answer every request with its path; every answer is checked.
 */
public final class HttpLoadClient {
  private final Options options;
  private final Measurement measurement;
  private long requests;

  private HttpLoadClient(Options options) {
    this.options = options;
    this.measurement = new Measurement(options);
  }

  /** Warms up, measures and prints. */
  public static void main(String[] args) throws IOException {
    Options options =
        Measurement.declare(
                new Options("HttpLoadClient", "Measures requests to a server that echoes paths.")
                    .value("host", "127.0.0.1", "server's address")
                    .value("port", "8080", "server's port")
                    .value("connections", "2", "connections, each with one request at a time"),
                100000,
                1000)
            .parse(args);
    new HttpLoadClient(options).run();
  }

  private void run() throws IOException {
    InetSocketAddress server =
        new InetSocketAddress(options.text("host"), options.smallNumber("port"));
    try (Selector selector = Selector.open()) {
      for (int i = options.smallNumber("connections"); i > 0; i--) {
        SocketChannel channel = SocketChannel.open(server);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.configureBlocking(false);
        Exchange exchange = new Exchange(channel);
        channel.register(selector, SelectionKey.OP_READ, exchange);
        exchange.ask();
      }
      boolean goesOn = true;
      while (goesOn) {
        selector.select();
        for (SelectionKey key : selector.selectedKeys()) {
          if (goesOn && key.attachment() instanceof Exchange exchange && exchange.hasAnswer()) {
            goesOn = measurement.goesOn();
            exchange.ask();
          }
        }
        selector.selectedKeys().clear();
      }
    }
    measurement.report();
  }

  /** One connection and its request under way. */
  private final class Exchange {
    private static final String START = "GET ";
    private static final String PATH = "/request/number/00000000000000000000";
    private static final String REST = " HTTP/1.1\r\nHost: sidestep\r\n\r\n";
    private static final int PATH_END = START.length() + PATH.length();
    private static final String LENGTH_FIELD = "\r\ncontent-length:";

    private final SocketChannel channel;
    private final byte[] request = (START + PATH + REST).getBytes(StandardCharsets.US_ASCII);
    private final ByteBuffer sending = ByteBuffer.wrap(request);
    private final ByteBuffer answer = ByteBuffer.allocate(16 << 10);
    private long askedNanos;

    Exchange(SocketChannel channel) {
      this.channel = channel;
    }

    void ask() throws IOException {
      long number = requests++;
      for (int i = PATH_END - 1; number > 0; i--, number /= 10) {
        request[i] = (byte) ('0' + number % 10);
      }
      sending.clear();
      askedNanos = System.nanoTime();
      while (sending.hasRemaining()) {
        channel.write(sending);
      }
    }

    /** Reads what has arrived; true once the whole answer is there and is the right one. */
    boolean hasAnswer() throws IOException {
      if (channel.read(answer) < 0) {
        throw new EOFException("the server closed the connection");
      }
      int headBytes = headBytes();
      if (headBytes < 0) {
        return false;
      }
      String head = new String(answer.array(), 0, headBytes, StandardCharsets.ISO_8859_1);
      if (answer.position() < headBytes + contentLength(head)) {
        return false;
      }
      measurement.record(System.nanoTime() - askedNanos);
      boolean isMyPath =
          Arrays.equals(
              answer.array(), headBytes, answer.position(), request, START.length(), PATH_END);
      if (!head.startsWith("HTTP/1.1 200") || !isMyPath) {
        throw new IOException(
            "asked for "
                + text(request, request.length)
                + " and got "
                + text(answer.array(), answer.position()));
      }
      answer.clear();
      return true;
    }

    /** Bytes of the answer up to its body, or -1 as long as they are not all there. */
    private int headBytes() {
      byte[] bytes = answer.array();
      for (int i = 3; i < answer.position(); i++) {
        if (bytes[i] == '\n' && bytes[i - 1] == '\r' && bytes[i - 2] == '\n') {
          return i + 1;
        }
      }
      return -1;
    }

    private static int contentLength(String head) throws IOException {
      int at = head.toLowerCase(Locale.ROOT).indexOf(LENGTH_FIELD);
      if (at < 0) {
        throw new IOException("no Content-Length in " + head);
      }
      int start = at + LENGTH_FIELD.length();
      return Integer.parseInt(head.substring(start, head.indexOf('\r', start)).trim());
    }

    private static String text(byte[] bytes, int length) {
      return new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
    }
  }
}
