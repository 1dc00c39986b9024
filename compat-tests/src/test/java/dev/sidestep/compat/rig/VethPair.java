package dev.sidestep.compat.rig;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Two network namespaces with a virtual cable between them. Nothing of it can be seen from the
 * machine's own namespace, and it is removed with {@link #close} or when this JVM ends.
 */
public final class VethPair implements AutoCloseable {
  private static final AtomicInteger NUMBER = new AtomicInteger();

  private final String firstNamespace;
  private final String secondNamespace;
  private final Thread remover = new Thread(this::remove);

  private VethPair(String name) {
    this.firstNamespace = name + "a";
    this.secondNamespace = name + "b";
  }

  static VethPair create() throws IOException, InterruptedException {
    assumeNamespaces();
    VethPair pair =
        new VethPair("sidestep" + ProcessHandle.current().pid() + "-" + NUMBER.incrementAndGet());
    Runtime.getRuntime().addShutdownHook(pair.remover);
    try {
      pair.connect();
    } catch (IOException | RuntimeException | Error e) {
      pair.close();
      throw e;
    }
    return pair;
  }

  private static void assumeNamespaces() throws IOException, InterruptedException {
    boolean allowed = Command.tryRun(List.of("ip", "netns", "add", probeName()));
    if (allowed) {
      Command.run("ip", "netns", "del", probeName());
    } else {
      System.out.println("SKIPPED, needs root: network namespaces for a virtual cable");
    }
    assumeTrue(allowed, "needs root for network namespaces");
  }

  private static String probeName() {
    return "sidestep" + ProcessHandle.current().pid() + "-probe";
  }

  private void connect() throws IOException, InterruptedException {
    Command.run("ip", "netns", "add", firstNamespace);
    Command.run("ip", "netns", "add", secondNamespace);
    Command.run(
        "ip",
        "-n",
        firstNamespace,
        "link",
        "add",
        firstDevice(),
        "type",
        "veth",
        "peer",
        "name",
        secondDevice(),
        "netns",
        secondNamespace);
    for (String namespace : List.of(firstNamespace, secondNamespace)) {
      Command.run("ip", "-n", namespace, "link", "set", "lo", "up");
    }
    // What leaves the kernel must be whole packets with checksums, as on a cable: a veth would hand
    // over unsegmented data without checksums, which only a kernel understands.
    offloadsOff(firstPrefix(), firstDevice());
    offloadsOff(secondPrefix(), secondDevice());
    linkUp(firstNamespace, firstDevice());
    linkUp(secondNamespace, secondDevice());
  }

  private static void offloadsOff(List<String> prefix, String device)
      throws IOException, InterruptedException {
    List<String> ethtool =
        List.of("ethtool", "-K", device, "tx", "off", "tso", "off", "gso", "off", "gro", "off");
    Command.run(prefix, ethtool);
  }

  private static void linkUp(String namespace, String device)
      throws IOException, InterruptedException {
    Command.run("ip", "-n", namespace, "link", "set", device, "up");
  }

  void configureFirst(String address) throws IOException, InterruptedException {
    Command.run("ip", "-n", firstNamespace, "addr", "add", address, "dev", firstDevice());
  }

  void configureSecond(String address) throws IOException, InterruptedException {
    Command.run("ip", "-n", secondNamespace, "addr", "add", address, "dev", secondDevice());
  }

  /** Pulls the cable at the second end. */
  public void unplug() throws IOException, InterruptedException {
    Command.run("ip", "-n", secondNamespace, "link", "set", secondDevice(), "down");
  }

  /** Puts the cable back in. */
  public void plug() throws IOException, InterruptedException {
    linkUp(secondNamespace, secondDevice());
  }

  String firstDevice() {
    return "first0";
  }

  String secondDevice() {
    return "second0";
  }

  List<String> firstPrefix() {
    return List.of("ip", "netns", "exec", firstNamespace);
  }

  List<String> secondPrefix() {
    return List.of("ip", "netns", "exec", secondNamespace);
  }

  @Override
  public void close() {
    remove();
    Runtime.getRuntime().removeShutdownHook(remover);
  }

  private void remove() {
    // The devices go with the first namespace to go.
    Command.tryRun(List.of("ip", "netns", "del", firstNamespace));
    Command.tryRun(List.of("ip", "netns", "del", secondNamespace));
  }
}
