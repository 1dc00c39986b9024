package dev.sidestep.compat.rig;

import java.util.ArrayList;
import java.util.List;

/**
 * One end of a {@link Link}: where a program runs and on which stack.
 *
 * @param name for messages
 * @param address the end's address
 * @param onSidestep whether the end's address belongs to Sidestep rather than the kernel
 * @param commandPrefix what starts a process in the end's network namespace
 * @param jvmArguments what selects the stack
 * @param classpath what the JVM finds classes in
 */
public record End(
    String name,
    String address,
    boolean onSidestep,
    List<String> commandPrefix,
    List<String> jvmArguments,
    String classpath) {

  /** An end on the kernel's stack, in the namespace that {@code commandPrefix} enters. */
  static End kernel(String name, String address, List<String> commandPrefix) {
    return new End(name, address, false, commandPrefix, List.of(), Classpath.ofPrograms());
  }

  /** An end on Sidestep by its agent, with the settings given, strictly. */
  static End sidestep(
      String name, String address, List<String> commandPrefix, List<String> settings) {
    List<String> jvmArguments = new ArrayList<>();
    jvmArguments.add("-javaagent:" + Classpath.agentJar());
    jvmArguments.add("-Dsidestep.strict=true");
    jvmArguments.add("-Dsidestep.stats=exit");
    for (String setting : settings) {
      jvmArguments.add("-Dsidestep." + setting);
    }
    return new End(
        name, address, true, commandPrefix, List.copyOf(jvmArguments), Classpath.ofPrograms());
  }

  /** Sidestep without a device: it serves loopback inside the program. */
  public static End sidestepLoopback() {
    return sidestep("sidestep loopback", "127.0.0.1", List.of(), List.of("loopback=stack"));
  }

  /** Sidestep with exactly these JVM arguments beside the agent. */
  public static End sidestepWith(List<String> commandPrefix, List<String> settings) {
    List<String> jvmArguments = new ArrayList<>();
    jvmArguments.add("-javaagent:" + Classpath.agentJar());
    jvmArguments.add("-Dsidestep.stats=exit");
    jvmArguments.addAll(settings);
    return new End(
        "sidestep " + settings,
        "127.0.0.1",
        true,
        commandPrefix,
        List.copyOf(jvmArguments),
        Classpath.ofPrograms());
  }

  /** This end with one setting, such as {@code strict=false}, that replaces an earlier one. */
  public End with(String setting) {
    List<String> arguments = new ArrayList<>(jvmArguments);
    arguments.add("-Dsidestep." + setting);
    return with(List.copyOf(arguments), classpath);
  }

  /** This end with other JVM arguments and class path, for tests of how Sidestep is chosen. */
  public End with(List<String> otherJvmArguments, String otherClasspath) {
    return new End(name, address, onSidestep, commandPrefix, otherJvmArguments, otherClasspath);
  }
}
