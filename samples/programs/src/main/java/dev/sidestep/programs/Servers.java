package dev.sidestep.programs;

import dev.sidestep.samples.Options;
import java.net.InetSocketAddress;

/** What all servers here have in common: where they listen, and how they say that they do. */
final class Servers {
  private Servers() {}

  static Options options(String program, String[] args) {
    return new Options(program, "Starts a server.")
        .value("host", "127.0.0.1", "address to listen on")
        .value("port", "8080", "port to listen on; 0 picks a free one")
        .parse(args);
  }

  static void announce(InetSocketAddress local) {
    System.out.println(
        "listening on " + local.getAddress().getHostAddress() + ":" + local.getPort());
  }
}
