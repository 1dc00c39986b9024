package dev.sidestep.compat.programs;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/** Tries to connect, or to bind, in every way java.nio has, and prints what happens. */
public final class ConnectProbe {
  private ConnectProbe() {}

  private interface Attempt {
    void run() throws IOException;
  }

  /** Arguments: address and port to connect to, or {@code bind} and an address. */
  public static void main(String[] args) {
    if (args[0].equals("bind")) {
      InetSocketAddress address = new InetSocketAddress(args[1], 0);
      report("server", () -> ServerSocketChannel.open().bind(address).close());
      report("client", () -> SocketChannel.open().bind(address).close());
      return;
    }
    InetSocketAddress server = new InetSocketAddress(args[0], Integer.parseInt(args[1]));
    report("blocking", () -> SocketChannel.open(server).close());
    report("selector", () -> connectBySelector(server));
    report("socket", () -> connectBySocket(server));
  }

  private static void report(String how, Attempt attempt) {
    long start = System.nanoTime();
    String outcome = "works";
    try {
      attempt.run();
    } catch (IOException e) {
      outcome = e.toString();
    }
    System.out.println(how + ": " + outcome);
    System.out.println("# after " + ((System.nanoTime() - start) / 1_000_000) + " ms");
  }

  private static void connectBySelector(InetSocketAddress server) throws IOException {
    try (SocketChannel channel = SocketChannel.open();
        Selector selector = Selector.open()) {
      channel.configureBlocking(false);
      channel.register(selector, SelectionKey.OP_CONNECT);
      if (!channel.connect(server)) {
        selector.select();
        channel.finishConnect();
      }
    }
  }

  private static void connectBySocket(InetSocketAddress server) throws IOException {
    try (SocketChannel channel = SocketChannel.open()) {
      channel.socket().connect(server, 60_000);
    }
  }
}
