package dev.sidestep.programs;

import dev.sidestep.samples.Options;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.tools.StorageTool;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;

/** Kafka's broker in KRaft mode, its own controller, which it talks to over the kernel. */
public final class KafkaBroker {
  private KafkaBroker() {}

  /** Serves until it is ended. */
  public static void main(String[] args) throws IOException {
    Options options = Servers.options("KafkaBroker", args);
    InetAddress address = InetAddress.getByName(options.text("host"));
    int port = options.smallNumber("port") == 0 ? freePort() : options.smallNumber("port");
    Path folder = Files.createTempDirectory("kafka");
    Properties properties = properties(address.getHostAddress() + ":" + port, folder);
    format(properties, folder);
    KafkaRaftServer broker = new KafkaRaftServer(new KafkaConfig(properties), Time.SYSTEM);
    Runtime.getRuntime().addShutdownHook(new Thread(broker::shutdown));
    broker.startup();
    Servers.announce(new InetSocketAddress(address, port));
    broker.awaitShutdown();
  }

  /** A port that nobody has: a broker has to name its own before it listens. */
  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static Properties properties(String listener, Path folder) throws IOException {
    String controller = "127.0.0.1:" + freePort();
    Properties properties = new Properties();
    properties.putAll(
        Map.ofEntries(
            Map.entry("node.id", "1"),
            Map.entry("process.roles", "broker,controller"),
            Map.entry("controller.quorum.voters", "1@" + controller),
            Map.entry("controller.listener.names", "CONTROLLER"),
            Map.entry("inter.broker.listener.name", "PLAINTEXT"),
            Map.entry("listeners", "PLAINTEXT://" + listener + ",CONTROLLER://" + controller),
            Map.entry("advertised.listeners", "PLAINTEXT://" + listener),
            Map.entry("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT"),
            Map.entry("log.dirs", folder.resolve("log").toString()),
            Map.entry("offsets.topic.replication.factor", "1"),
            // What has been read is not kept for long: disks are not what is compared.
            Map.entry("log.segment.bytes", "67108864"),
            Map.entry("log.retention.bytes", "536870912"),
            Map.entry("log.retention.check.interval.ms", "1000"),
            Map.entry("log.segment.delete.delay.ms", "100")));
    return properties;
  }

  private static void format(Properties properties, Path folder) throws IOException {
    Path file = folder.resolve("server.properties");
    try (OutputStream stream = Files.newOutputStream(file)) {
      properties.store(stream, null);
    }
    String cluster = Uuid.randomUuid().toString();
    List<String> arguments =
        List.of("format", "--config", file.toString(), "--cluster-id", cluster);
    if (StorageTool.execute(arguments.toArray(String[]::new), System.out) != 0) {
      throw new IOException("cannot format " + folder);
    }
  }
}
