package dev.sidestep.programs;

import dev.sidestep.samples.Options;
import java.io.File;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.zookeeper.server.ServerCnxnFactory;
import org.apache.zookeeper.server.ZooKeeperServer;

/**
 * ZooKeeper's server on its own, with its NIO connection factory. It does not wait for the disk
 * ({@code zookeeper.forceSync=no}), whose speed would hide the network's.
 */
public final class ZooKeeperProgram {
  private static final int TICK_MILLIS = 2000;

  private ZooKeeperProgram() {}

  /** Serves until it is ended. */
  public static void main(String[] args) throws Exception {
    Options options = Servers.options("ZooKeeperProgram", args);
    System.setProperty("zookeeper.forceSync", "no");
    Path folder = Files.createTempDirectory("zookeeper");
    File log = folder.resolve("log").toFile();
    File snapshots = folder.resolve("snapshots").toFile();
    ZooKeeperServer server = new ZooKeeperServer(snapshots, log, TICK_MILLIS);
    ServerCnxnFactory factory =
        ServerCnxnFactory.createFactory(
            new InetSocketAddress(options.text("host"), options.smallNumber("port")), -1);
    factory.startup(server);
    Servers.announce(factory.getLocalAddress());
    factory.join();
  }
}
