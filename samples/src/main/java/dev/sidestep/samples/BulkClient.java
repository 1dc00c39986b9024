package dev.sidestep.samples;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/**
 * Sends a stream over one connection as fast as the connection takes it, and measures until the
 * server confirms the last byte. What it counts are kibibytes.
 */
public final class BulkClient {
  private BulkClient() {}

  /** Sends and prints. */
  public static void main(String[] args) throws IOException {
    Options options =
        Measurement.declare(
                new Options("BulkClient", "Sends a stream to a bulk server and measures its rate.")
                    .value("host", "127.0.0.1", "server's address")
                    .value("port", "7008", "server's port")
                    .value("size", "256k", "bytes handed to each write")
                    .value("bytes", "1g", "bytes to send over each connection")
                    .value("seed", "1", "which random stream is sent")
                    .flag("verify", "send random data, which the server's --verify checks")
                    .flag("exit-after-write", "end the JVM when the last write has returned"),
                1,
                0)
            .parse(args);
    Measurement measurement = new Measurement(options);
    while (measurement.goesOn()) {
      transfer(options, options.number("bytes"));
      measurement.count(options.number("bytes") >> 10);
    }
    measurement.report();
  }

  private static void transfer(Options options, long totalBytes) throws IOException {
    InetSocketAddress server =
        new InetSocketAddress(options.text("host"), options.smallNumber("port"));
    try (SocketChannel channel = SocketChannel.open(server)) {
      send(channel, options, totalBytes);
      if (options.has("exit-after-write")) {
        System.out.println("written bytes=" + totalBytes);
        System.exit(0);
      }
      channel.shutdownOutput();
      long confirmedBytes = confirmation(channel);
      if (confirmedBytes != totalBytes) {
        throw new IOException(confirmedBytes + " of " + totalBytes + " bytes arrived");
      }
    }
  }

  private static void send(SocketChannel channel, Options options, long totalBytes)
      throws IOException {
    RandomData data = new RandomData(options.number("seed"));
    ByteBuffer buffer = ByteBuffer.allocateDirect(options.smallNumber("size"));
    for (long sentBytes = 0; sentBytes < totalBytes; ) {
      buffer.clear().limit((int) Math.min(buffer.capacity(), totalBytes - sentBytes));
      if (options.has("verify")) {
        data.fill(buffer, sentBytes);
        buffer.rewind();
      }
      while (buffer.hasRemaining()) {
        sentBytes += channel.write(buffer);
      }
    }
  }

  private static long confirmation(SocketChannel channel) throws IOException {
    ByteBuffer answer = ByteBuffer.allocate(Long.BYTES);
    while (answer.hasRemaining()) {
      if (channel.read(answer) < 0) {
        throw new EOFException("the server closed the connection before it confirmed");
      }
    }
    return answer.flip().getLong();
  }
}
