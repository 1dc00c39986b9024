package dev.sidestep.agent;

import dev.sidestep.stack.config.ConfigException;
import dev.sidestep.stack.config.InterfaceAddress;
import dev.sidestep.stack.config.Setting;
import dev.sidestep.stack.config.SettingsReader;
import dev.sidestep.stack.config.StackConfig;
import dev.sidestep.stack.nic.dpdk.DpdkDevices;
import dev.sidestep.stack.nic.dpdk.DpdkException;
import java.io.PrintStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code java -jar sidestep-agent.jar}: explains Sidestep and checks settings. */
final class CommandLine {

  private static final int SUCCESS = 0;
  private static final int BAD_SETTINGS = 1;
  private static final int BAD_USAGE = 2;

  private CommandLine() {}

  /** Does what {@code args} say and returns the process's exit code. */
  static int run(String[] args, PrintStream out, PrintStream err) {
    for (String argument : args) {
      if (argument.startsWith("-D")) {
        return misused(argument, err);
      }
    }
    String command = args.length == 0 ? "--help" : args[0];
    boolean namesFile = command.equals("--check") && args.length > 1 && !args[1].startsWith("-");
    int most = namesFile ? 2 : 1;
    if (args.length > most) {
      return misused(args[most], err);
    }
    switch (command) {
      case "--help", "-h", "-help", "help" -> out.print(HelpText.of(version()));
      case "--version", "-version", "version" -> out.println("sidestep " + version());
      case "--check" -> {
        return check(namesFile ? args[1] : null, out, err);
      }
      default -> {
        return misused(command, err);
      }
    }
    return SUCCESS;
  }

  private static int misused(String argument, PrintStream err) {
    err.println(
        argument.startsWith("-D")
            ? "sidestep: Java does not see " + argument + " behind -jar; put it before -jar"
            : "sidestep: unknown argument "
                + argument
                + "; try: java -jar sidestep-agent.jar --help");
    return BAD_USAGE;
  }

  private static String version() {
    String version = CommandLine.class.getPackage().getImplementationVersion();
    return version == null ? "(not packaged)" : version;
  }

  private static int check(@Nullable String file, PrintStream out, PrintStream err) {
    StackConfig config;
    try {
      config = new SettingsReader(System.getProperties(), file).read();
    } catch (ConfigException e) {
      err.println("sidestep: " + e.line());
      return BAD_SETTINGS;
    }
    for (Setting setting : Setting.values()) {
      String value = setting.valueIn(config);
      String mark = value.equals(setting.defaultText()) ? "  (default)" : "";
      out.printf("%-22s %s%s%n", setting.propertyName(), value.isEmpty() ? "none" : value, mark);
    }
    out.println();
    printConsequences(config, out);
    try {
      DpdkDevices.requireUsable(config.devices(), config.ealArguments());
    } catch (DpdkException e) {
      out.flush();
      err.println("sidestep: the stack cannot start: " + e.getMessage());
      return BAD_SETTINGS;
    }
    return SUCCESS;
  }

  private static void printConsequences(StackConfig config, PrintStream out) {
    List<String> devices = config.devices();
    List<InterfaceAddress> addresses = config.addresses();
    for (int i = 0; i < addresses.size(); i++) {
      String device = devices.get(Math.min(i, devices.size() - 1));
      out.println("On the stack: " + addresses.get(i) + " on device " + device + ".");
    }
    if (config.gateway() != null) {
      out.println(
          "On the stack: destinations in none of these networks, by gateway "
              + config.gateway()
              + ".");
    }
    if (config.loopbackOnStack()) {
      out.println("On the stack: 127.0.0.0/8, inside the process.");
    }
    out.println(
        config.carriesAnything()
            ? "On the kernel: everything else."
            : "On the kernel: everything, as neither sidestep.device nor sidestep.loopback=stack is"
                + " set.");
  }
}
