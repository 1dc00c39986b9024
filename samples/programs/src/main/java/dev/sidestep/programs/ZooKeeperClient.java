package dev.sidestep.programs;

import dev.sidestep.samples.Measurement;
import dev.sidestep.samples.Options;
import dev.sidestep.samples.RandomData;
import dev.sidestep.samples.Workers;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;

/** Several of ZooKeeper's clients, each with one synchronous request at a time. */
public final class ZooKeeperClient {
  private static final int SESSION_MILLIS = 30_000;
  private static final int NODE_BYTES = 128;

  private ZooKeeperClient() {}

  /** Warms up, measures and prints. */
  public static void main(String[] args) throws Exception {
    Options options =
        Measurement.declare(
                new Options("ZooKeeperClient", "Measures requests to a ZooKeeper server.")
                    .value("host", "127.0.0.1", "server's address")
                    .value("port", "2181", "server's port")
                    .value("operation", "get", "get or create")
                    .value("clients", "2", "clients, each with a connection of its own"),
                0,
                0)
            .parse(args);
    boolean creates = options.oneOf("operation", "get", "create").equals("create");
    Workers.measure(
        options,
        Thread.ofPlatform(),
        options.smallNumber("clients"),
        number -> {
          Session session = new Session(options, number);
          return creates ? new Create(session) : new Get(session);
        });
  }

  /** A client that is connected, and the nodes that it makes. */
  private static final class Session {
    private final ZooKeeper client;
    private final String folder;
    private final byte[] data = new byte[NODE_BYTES];

    Session(Options options, int number) throws IOException, KeeperException, InterruptedException {
      CountDownLatch connected = new CountDownLatch(1);
      client =
          new ZooKeeper(
              options.text("host") + ":" + options.text("port"),
              SESSION_MILLIS,
              event -> {
                if (event.getState() == KeeperState.SyncConnected) {
                  connected.countDown();
                }
              });
      connected.await();
      new RandomData(number).fill(ByteBuffer.wrap(data), 0);
      folder = create("/client" + number);
    }

    String create(String path) throws KeeperException, InterruptedException {
      return client.create(path, data, ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
    }
  }

  private record Get(Session session) implements Workers.Operation {
    @Override
    public void run() throws IOException, KeeperException, InterruptedException {
      byte[] found = session.client.getData(session.folder, false, null);
      if (!Arrays.equals(found, session.data)) {
        throw new IOException("got " + Arrays.toString(found));
      }
    }

    @Override
    public void finish() throws InterruptedException {
      session.client.close();
    }
  }

  private static final class Create implements Workers.Operation {
    private final Session session;
    private long created;

    Create(Session session) {
      this.session = session;
    }

    @Override
    public void run() throws IOException, KeeperException, InterruptedException {
      String path = session.folder + "/" + created++;
      String answer = session.create(path);
      if (!answer.equals(path)) {
        throw new IOException("created " + path + " and got " + answer);
      }
    }

    @Override
    public void finish() throws InterruptedException, KeeperException, IOException {
      int children = session.client.exists(session.folder, false).getNumChildren();
      session.client.close();
      if (children != created) {
        throw new IOException(created + " nodes created, " + children + " found");
      }
    }
  }
}
