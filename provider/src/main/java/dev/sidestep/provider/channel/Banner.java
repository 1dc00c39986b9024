package dev.sidestep.provider.channel;

import dev.sidestep.stack.config.InterfaceAddress;
import dev.sidestep.stack.config.StackConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Tells the user that it works, by two lines: one when the stack starts, one when the program first
 * uses it; or that it does not, by one. They go to standard error and not to a log, which a program
 * may send anywhere or nowhere. Any thread.
 */
final class Banner {

  private final StackConfig config;
  private final AtomicBoolean saidStarted = new AtomicBoolean();
  private final AtomicBoolean saidUsed = new AtomicBoolean();
  private final AtomicBoolean saidOnKernel = new AtomicBoolean();

  Banner(StackConfig config) {
    this.config = config;
  }

  /** The stack runs. */
  void started() {
    say(saidStarted, "carrying TCP " + carried(config) + "; everything else stays on the kernel");
  }

  /**
   * A socket of the program went to the stack.
   *
   * @param how for instance "listening on 192.0.2.1:7000"
   */
  void used(String how) {
    say(saidUsed, "first used by the program, " + how);
  }

  /**
   * The stack does not run. What is not said on standard error, because it is not wanted there or
   * because this is not the first reason, goes to the log.
   */
  void onKernel(String why) {
    if (!say(saidOnKernel, "runs on the kernel: " + why)) {
      warn("Sidestep runs on the kernel: " + why);
    }
  }

  /** What goes to the log. It is set up when it is needed, for that would slow down the start. */
  static void warn(String line) {
    System.getLogger("dev.sidestep").log(System.Logger.Level.WARNING, line);
  }

  /** Returns whether the line was said just now. */
  private boolean say(AtomicBoolean said, String line) {
    boolean first = config.banner() && !said.get() && said.compareAndSet(false, true);
    if (first) {
      System.err.println("sidestep: " + line);
    }
    return first;
  }

  /** What the settings give to the stack. */
  static String carried(StackConfig config) {
    List<String> parts = new ArrayList<>();
    List<InterfaceAddress> addresses = config.addresses();
    for (int i = 0; i < addresses.size(); i++) {
      String device = config.devices().get(Math.min(i, config.devices().size() - 1));
      int comma = device.indexOf(',');
      parts.add(
          "on "
              + addresses.get(i)
              + " over "
              + device.substring(0, comma < 0 ? device.length() : comma));
    }
    if (config.gateway() != null) {
      parts.add("elsewhere by gateway " + config.gateway());
    }
    if (config.loopbackOnStack()) {
      parts.add("on 127.0.0.0/8 inside the process");
    }
    return String.join(", ", parts);
  }
}
