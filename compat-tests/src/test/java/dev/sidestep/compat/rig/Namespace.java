package dev.sidestep.compat.rig;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A network namespace with nothing but loopback in it. Nothing of it can be seen from the machine's
 * own namespace; it is removed, with all devices in it, by {@link #close} or when this JVM ends.
 */
final class Namespace implements AutoCloseable {
  private static final AtomicInteger NUMBER = new AtomicInteger();

  private final String name;
  private final Thread remover = new Thread(this::remove);

  private Namespace(String name) {
    this.name = name;
    Runtime.getRuntime().addShutdownHook(remover);
  }

  /** Makes a namespace; skips the calling test where the user may not. */
  static Namespace create() throws IOException, InterruptedException {
    String name = "sidestep" + ProcessHandle.current().pid() + "-" + NUMBER.incrementAndGet();
    boolean allowed = Command.tryRun(List.of("ip", "netns", "add", name));
    if (!allowed) {
      System.out.println("SKIPPED, needs root: network namespaces for a link to the kernel");
    }
    assumeTrue(allowed, "needs root for network namespaces");
    Namespace namespace = new Namespace(name);
    namespace.ip("link", "set", "lo", "up");
    return namespace;
  }

  String name() {
    return name;
  }

  /** What starts a process in it. */
  List<String> prefix() {
    return List.of("ip", "netns", "exec", name);
  }

  /** Runs {@code ip} with these arguments on its devices. */
  void ip(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("ip", "-n", name));
    command.addAll(List.of(arguments));
    Command.run(List.of(), command);
  }

  /** Runs a command in it, which must succeed. */
  void run(String... command) throws IOException, InterruptedException {
    Command.run(prefix(), List.of(command));
  }

  @Override
  public void close() {
    remove();
    Runtime.getRuntime().removeShutdownHook(remover);
  }

  private void remove() {
    Command.tryRun(List.of("ip", "netns", "del", name));
  }
}
