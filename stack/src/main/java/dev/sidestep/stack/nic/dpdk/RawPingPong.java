package dev.sidestep.stack.nic.dpdk;

import dev.sidestep.stack.nic.NicDevice;
import dev.sidestep.stack.nic.NicQueue;
import dev.sidestep.stack.packet.PacketBuffer;
import dev.sidestep.stack.packet.PacketPool;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;

/**
 * Round trips of bare frames between two processes over memif: what the link itself costs, and so
 * the yardstick for the latency of anything on top of it.
 *
 * <pre>
 *   RawPingPong server /tmp/raw.sock
 *   RawPingPong client /tmp/raw.sock [round trips, default 200000]
 * </pre>
 *
 * <p>The client prints one line, {@code raw p50_ns=… p99_ns=… p999_ns=…}; the server ends when the
 * client has gone.
 */
public final class RawPingPong {

  private static final int HEADER_BYTES = 14;
  private static final int PAYLOAD_BYTES = 64;
  private static final int DEFAULT_ROUND_TRIPS = 200_000;
  private static final int WARM_UP_ROUND_TRIPS = 100_000;
  private static final int POOL_BUFFERS = 1023;

  private final NicDevice device;
  private final NicQueue queue;
  private final PacketPool pool;
  private final PacketBuffer[] frames = new PacketBuffer[32];

  private RawPingPong(NicDevice device) {
    this.device = device;
    this.queue = device.queue(0);
    this.pool = queue.pool();
  }

  /** See the class comment. */
  public static void main(String[] arguments) {
    if (arguments.length < 2 || !List.of("server", "client").contains(arguments[0])) {
      System.err.println("usage: RawPingPong server|client <socket> [round trips]");
      System.exit(2);
    }
    String role = arguments[0];
    String deviceString = "net_memif0,role=" + role + ",socket=" + arguments[1];
    DpdkOptions options = DpdkOptions.defaults().withPoolBuffers(POOL_BUFFERS);
    try (NicDevice device = DpdkDevices.open(List.of(deviceString), options).getFirst()) {
      RawPingPong pingPong = new RawPingPong(device);
      if (role.equals("server")) {
        pingPong.serve();
      } else {
        int roundTrips =
            arguments.length > 2 ? Integer.parseInt(arguments[2]) : DEFAULT_ROUND_TRIPS;
        pingPong.measure(roundTrips, System.out);
      }
    } catch (DpdkException e) {
      System.err.println(e.getMessage());
      System.exit(1);
    }
  }

  /** Sends every frame back until the peer, once there, is gone. */
  private void serve() {
    awaitLink();
    while (device.linkUp()) {
      for (int polls = 0; polls < 10_000; polls++) {
        int received = queue.rxBurst(frames);
        if (received > 0) {
          sendAll(received);
        }
      }
    }
  }

  private void measure(int roundTrips, PrintStream out) {
    awaitLink();
    long[] nanos = new long[roundTrips];
    run(new long[Math.min(WARM_UP_ROUND_TRIPS, roundTrips)]);
    run(nanos);
    Arrays.sort(nanos);
    out.printf(
        "raw p50_ns=%d p99_ns=%d p999_ns=%d%n",
        percentile(nanos, 0.5), percentile(nanos, 0.99), percentile(nanos, 0.999));
  }

  private void run(long[] nanos) {
    for (int i = 0; i < nanos.length; i++) {
      long start = System.nanoTime();
      if (!roundTrip()) {
        throw new DpdkException("the peer is gone");
      }
      nanos[i] = System.nanoTime() - start;
    }
  }

  private boolean roundTrip() {
    PacketBuffer ping = pool.allocate();
    if (ping == null) {
      throw new IllegalStateException("every packet buffer is in use");
    }
    int at = ping.append(HEADER_BYTES + PAYLOAD_BYTES);
    ping.memory().asSlice(at, HEADER_BYTES + PAYLOAD_BYTES).fill((byte) 0x5A);
    frames[0] = ping;
    sendAll(1);
    for (long polls = 1; ; polls++) {
      int received = queue.rxBurst(frames);
      for (int i = 0; i < received; i++) {
        frames[i].free();
      }
      if (received > 0) {
        return true;
      }
      if (polls % 1_000_000 == 0 && !device.linkUp()) {
        return false;
      }
    }
  }

  private void sendAll(int count) {
    int sent = 0;
    while (sent < count) {
      int taken = queue.txBurst(frames, sent, count - sent);
      sent += taken;
      if (taken == 0 && !device.linkUp()) {
        for (; sent < count; sent++) {
          frames[sent].free();
        }
      }
    }
  }

  private void awaitLink() {
    while (!device.linkUp()) {
      Thread.onSpinWait();
    }
  }

  private static long percentile(long[] sorted, double fraction) {
    return sorted[(int) Math.min(sorted.length - 1L, (long) (sorted.length * fraction))];
  }
}
