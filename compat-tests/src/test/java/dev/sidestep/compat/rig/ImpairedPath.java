package dev.sidestep.compat.rig;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * Two ends with a {@link Relay} between them, each in a network namespace of its own. Either end
 * may be on the kernel or on Sidestep.
 *
 * <p>The kernel ends use Reno, the congestion control that we have as well, forget what they learn
 * from one connection to the next, and hand over segments as they would be on a wire: as large as
 * the MTU, and with checksums.
 */
public final class ImpairedPath implements AutoCloseable {

  private static final String LEFT_ADDRESS = "10.77.0.1";
  private static final String RIGHT_ADDRESS = "10.77.0.2";
  private static final String END_DEVICE = "end0";

  private final Deque<AutoCloseable> opened = new ArrayDeque<>();
  private final End left;
  private final End right;
  private final ForkedJvm relay;

  private ImpairedPath(boolean leftOnSidestep, boolean rightOnSidestep)
      throws IOException, InterruptedException {
    try {
      Namespace middle = open(Namespace.create());
      left = end(middle, "left", LEFT_ADDRESS, leftOnSidestep);
      right = end(middle, "right", RIGHT_ADDRESS, rightOnSidestep);
      String classpath = Classpath.ofPrograms() + ":" + Classpath.agentJar();
      End relayEnd = End.kernel("relay", "none", middle.prefix()).with(List.of(), classpath);
      relay = open(ForkedJvm.start(relayEnd, Relay.class, "left", "right"));
      relay.awaitLine("relaying", 30);
    } catch (IOException | InterruptedException | RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  /** Sets up a path without any faults; skips the calling test where the user may not. */
  public static ImpairedPath open(boolean leftOnSidestep, boolean rightOnSidestep)
      throws IOException, InterruptedException {
    return new ImpairedPath(leftOnSidestep, rightOnSidestep);
  }

  private <T extends AutoCloseable> T open(T resource) {
    opened.push(resource);
    return resource;
  }

  private End end(Namespace middle, String name, String address, boolean onSidestep)
      throws IOException, InterruptedException {
    Namespace namespace = open(Namespace.create());
    middle.ip("link", "add", name, "type", "veth", "peer", "name", END_DEVICE);
    middle.ip("link", "set", END_DEVICE, "netns", namespace.name());
    prepare(middle, name);
    prepare(namespace, END_DEVICE);
    if (onSidestep) {
      return End.sidestep(
          "sidestep " + name,
          address,
          namespace.prefix(),
          List.of("device=net_af_packet0,iface=" + END_DEVICE, "address=" + address + "/24"));
    }
    namespace.run("sysctl", "-q", "-w", "net.ipv4.tcp_congestion_control=reno");
    namespace.run("sysctl", "-q", "-w", "net.ipv4.tcp_no_metrics_save=1");
    namespace.ip("addr", "add", address + "/24", "dev", END_DEVICE);
    return End.kernel("kernel " + name, address, namespace.prefix());
  }

  private static void prepare(Namespace namespace, String device)
      throws IOException, InterruptedException {
    namespace.run("sysctl", "-q", "-w", "net.ipv6.conf." + device + ".disable_ipv6=1");
    namespace.run("ethtool", "-K", device, "tx", "off", "tso", "off", "gso", "off", "gro", "off");
    namespace.ip("link", "set", device, "up");
  }

  /** The end that connects. */
  public End left() {
    return left;
  }

  /** The end that listens. */
  public End right() {
    return right;
  }

  /**
   * Makes the path like this from now on; what is under way is lost.
   *
   * @return what the relay says of the path as it was before
   */
  public String become(Impairment impairment) throws IOException, InterruptedException {
    relay.tell(impairment.line());
    return relay.awaitLine("relayed ", 10);
  }

  @Override
  public void close() {
    while (!opened.isEmpty()) {
      try {
        opened.pop().close();
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
