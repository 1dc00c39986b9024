package dev.sidestep.stack.config;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Every option of Sidestep, one row each. The row is the only place that describes an option: the
 * parser's messages, {@code --help}, the table in the documentation and {@code --check} are all
 * made from it.
 */
public enum Setting {
  DEVICE(
      "sidestep.device",
      "DPDK device strings, separated by ';'",
      "",
      "",
      "The links the stack drives: a virtual device with its arguments or the PCI address of a"
          + " network card.",
      "net_memif0,role=server,socket=/tmp/a.sock"),
  ADDRESS(
      "sidestep.address",
      "IPv4 addresses with a prefix length, separated by ','",
      "",
      "",
      "Addresses of the devices. The n-th belongs to the n-th device; the last device takes what"
          + " is left over. Connections from and to their networks leave the kernel.",
      "192.0.2.1/24"),
  GATEWAY(
      "sidestep.gateway",
      "an IPv4 address in a network of sidestep.address",
      "",
      "",
      "Next hop for destinations outside these networks. Without it such destinations stay with"
          + " the kernel.",
      "192.0.2.254"),
  MTU(
      "sidestep.mtu",
      "576 to 65000, or 0 for the device's own",
      "bytes",
      "0",
      "Largest IP packet on the devices. memif, which has no limit of its own, starts with 9000.",
      "9000"),
  PROFILE(
      "sidestep.profile",
      "latency, balanced or throughput",
      "",
      "balanced",
      "What a waiting thread does: latency spins for ever (one busy core per waiting thread),"
          + " balanced spins briefly and then sleeps, throughput spins less and moves larger"
          + " bursts.",
      "latency"),
  STRICT(
      "sidestep.strict",
      "true or false",
      "",
      "false",
      "Whether a stack that cannot start stops the program. Otherwise one line says why and the"
          + " program runs on the kernel.",
      "true"),
  EAL(
      "sidestep.eal",
      "arguments separated by spaces; quotes keep spaces",
      "",
      "",
      "More arguments for DPDK's rte_eal_init, passed on as they are.",
      "--file-prefix=a --log-level=pmd:debug"),
  LOOPBACK(
      "sidestep.loopback",
      "kernel or stack",
      "",
      "kernel",
      "Who serves 127.0.0.0/8. With stack no device is needed, and only this process can be"
          + " reached there.",
      "stack"),
  WILDCARD(
      "sidestep.wildcard",
      "both, stack or kernel",
      "",
      "both",
      "Where a server listens that is bound to the wildcard address. With stack several programs of"
          + " one host can use the same port, each at its own sidestep.address; they are not"
          + " reached through the kernel then, nor by 127.0.0.1 or IPv6.",
      "stack"),
  NATIVE_TRANSPORTS(
      "sidestep.native-transports",
      "hide or keep",
      "",
      "hide",
      "What the agent tells programs that ask whether Netty's native transports are available,"
          + " which go to the kernel and past the stack. With hide they hear no and use NIO; those"
          + " that use them without asking keep them.",
      "keep"),
  BANNER(
      "sidestep.banner",
      "on or off",
      "",
      "on",
      "Whether standard error has one line when the stack starts and one when the program first"
          + " uses it, or one that says why it does not start.",
      "off"),
  STATS(
      "sidestep.stats",
      "off or exit",
      "",
      "off",
      "Whether the counters are printed on standard error when the program exits.",
      "exit"),
  CAPTURE(
      "sidestep.capture",
      "a file in a directory that exists",
      "",
      "",
      "Where all frames are written in pcap format, for Wireshark or tcpdump -r. Slow.",
      "/tmp/sidestep.pcap"),
  MEMORY(
      "sidestep.memory",
      "1m to 1024g; k, m and g are 2^10, 2^20 and 2^30",
      "bytes",
      "256m",
      "Limit on the bytes that wait in all socket queues together. The more of them there are, the"
          + " less any one queue may hold.",
      "1g"),
  EXIT_LINGER(
      "sidestep.exit-linger",
      "0 to 10m; with ms, s or m",
      "time",
      "5s",
      "How long the program's exit waits for bytes already written to reach the peers.",
      "500ms");

  /** What the name of every setting starts with; nothing else may start so. */
  public static final String PREFIX = "sidestep.";

  private final String propertyName;
  private final String accepts;
  private final String unit;
  private final String defaultText;
  private final String description;
  private final String example;

  Setting(
      String propertyName,
      String accepts,
      String unit,
      String defaultText,
      String description,
      String example) {
    this.propertyName = propertyName;
    this.accepts = accepts;
    this.unit = unit;
    this.defaultText = defaultText;
    this.description = description;
    this.example = example;
  }

  /** The system property, and the key in a settings file. */
  public String propertyName() {
    return propertyName;
  }

  /** Which values are accepted, in words. */
  public String accepts() {
    return accepts;
  }

  /** The unit of a plain number, or empty. */
  public String unit() {
    return unit;
  }

  /**
   * The value that stands when nothing is set, in the notation a user would write; may be empty.
   */
  public String defaultText() {
    return defaultText;
  }

  /** What the option does, for a user. */
  public String description() {
    return description;
  }

  /** A value that is accepted. */
  public String example() {
    return example;
  }

  /** The setting of this name, or {@code null} if there is none. */
  public static @Nullable Setting named(String propertyName) {
    for (Setting setting : values()) {
      if (setting.propertyName.equals(propertyName)) {
        return setting;
      }
    }
    return null;
  }

  /** This setting's value in {@code config}, in the notation a user would write; may be empty. */
  public String valueIn(StackConfig config) {
    return switch (this) {
      case DEVICE -> String.join(";", config.devices());
      case ADDRESS -> String.join(",", config.addresses().stream().map(Object::toString).toList());
      case GATEWAY -> config.gateway() == null ? "" : config.gateway().toString();
      case MTU -> Integer.toString(config.mtuBytes());
      case PROFILE -> config.profile().name().toLowerCase(Locale.ROOT);
      case STRICT -> Boolean.toString(config.strict());
      case EAL -> SettingValues.quoteWords(config.ealArguments());
      case LOOPBACK -> config.loopbackOnStack() ? "stack" : "kernel";
      case WILDCARD -> config.wildcard().name().toLowerCase(Locale.ROOT);
      case NATIVE_TRANSPORTS -> config.hideNativeTransports() ? "hide" : "keep";
      case BANNER -> config.banner() ? "on" : "off";
      case STATS -> config.statsAtExit() ? "exit" : "off";
      case CAPTURE -> config.captureFile() == null ? "" : config.captureFile();
      case MEMORY -> SettingValues.showBytes(config.socketMemoryBytes());
      case EXIT_LINGER -> SettingValues.showNanos(config.exitLingerNanos());
    };
  }

  /** All settings as a Markdown table, one line each; the documentation holds this very text. */
  public static String markdownTable() {
    StringBuilder table = new StringBuilder();
    table.append("| Setting | Accepted | Unit | Default | Meaning | Example |\n");
    table.append("|---|---|---|---|---|---|\n");
    for (Setting setting : values()) {
      table
          .append("| `")
          .append(setting.propertyName)
          .append("` | ")
          .append(setting.accepts)
          .append(" | ")
          .append(setting.unit)
          .append(" | ")
          .append(setting.defaultText.isEmpty() ? "none" : "`" + setting.defaultText + "`")
          .append(" | ")
          .append(setting.description)
          .append(" | `")
          .append(setting.example)
          .append("` |\n");
    }
    return table.toString();
  }
}
