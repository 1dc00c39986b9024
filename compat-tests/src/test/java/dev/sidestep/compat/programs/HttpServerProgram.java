package dev.sidestep.compat.programs;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.sidestep.samples.RandomData;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The JDK's own HTTP server: {@code /hello} answers a line, {@code /download?bytes} a random
 * stream, and a body sent to {@code /upload} is answered with its SHA-256.
 */
public final class HttpServerProgram {
  private static final long SEED = 1;

  private HttpServerProgram() {}

  /** Arguments: address and port to listen on. */
  public static void main(String[] args) throws Exception {
    InetSocketAddress address = new InetSocketAddress(args[0], Integer.parseInt(args[1]));
    ExecutorService executor = Executors.newFixedThreadPool(4);
    HttpServer server = HttpServer.create(address, 0);
    server.createContext("/hello", HttpServerProgram::hello);
    server.createContext("/download", HttpServerProgram::download);
    server.createContext("/upload", HttpServerProgram::upload);
    server.setExecutor(executor);
    server.start();
    System.out.println("listening on " + args[0] + ":" + server.getAddress().getPort());
  }

  private static void hello(HttpExchange exchange) throws IOException {
    answer(exchange, "hello " + exchange.getRequestURI().getQuery() + "\n");
  }

  private static void answer(HttpExchange exchange, String text) throws IOException {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(200, body.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(body);
    }
  }

  private static void download(HttpExchange exchange) throws IOException {
    long bytes = Long.parseLong(exchange.getRequestURI().getQuery());
    RandomData data = new RandomData(SEED);
    MessageDigest digest = sha256();
    byte[] chunk = new byte[64 << 10];
    exchange.sendResponseHeaders(200, bytes);
    try (OutputStream out = exchange.getResponseBody()) {
      for (long sent = 0; sent < bytes; ) {
        int length = (int) Math.min(chunk.length, bytes - sent);
        data.fill(ByteBuffer.wrap(chunk, 0, length), sent);
        digest.update(chunk, 0, length);
        out.write(chunk, 0, length);
        sent += length;
      }
    }
    System.out.println("sent sha256=" + HexFormat.of().formatHex(digest.digest()));
  }

  private static void upload(HttpExchange exchange) throws IOException {
    MessageDigest digest = sha256();
    byte[] chunk = new byte[64 << 10];
    try (InputStream in = exchange.getRequestBody()) {
      for (int length = in.read(chunk); length >= 0; length = in.read(chunk)) {
        digest.update(chunk, 0, length);
      }
    }
    answer(exchange, HexFormat.of().formatHex(digest.digest()) + "\n");
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
