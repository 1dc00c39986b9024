package dev.sidestep.samples.compare;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What a pair of programs runs on: the JVM arguments of either side and the server's address. The
 * programs and all other arguments are the same on every transport.
 *
 * @param name what the tables call it
 * @param serverJvmArguments what the server's JVM gets in addition
 * @param clientJvmArguments what the client's JVM gets in addition
 * @param serverAddress where the server listens
 */
record Transport(
    String name,
    List<String> serverJvmArguments,
    List<String> clientJvmArguments,
    String serverAddress) {

  private static final String SERVER_ADDRESS = "10.77.0.1";
  private static final String CLIENT_ADDRESS = "10.77.0.2";

  /**
   * The kernel's loopback interface, or Sidestep's shared-memory rings between the two JVMs. What
   * either side keeps lies in {@code folder}.
   */
  static Transport of(Stack stack, RunFolder folder, String profile) {
    String temporary = "-Djava.io.tmpdir=" + folder.path();
    Path agentJar = stack.agentJar();
    if (agentJar == null) {
      List<String> arguments = List.of(temporary);
      return new Transport(stack.name(), arguments, arguments, "127.0.0.1");
    }
    Path memifSocket = folder.memifSocket();
    return new Transport(
        stack.name(),
        sidestepArguments(temporary, agentJar, memifSocket, profile, "server", SERVER_ADDRESS),
        sidestepArguments(temporary, agentJar, memifSocket, profile, "client", CLIENT_ADDRESS),
        SERVER_ADDRESS);
  }

  private static List<String> sidestepArguments(
      String temporary,
      Path agentJar,
      Path memifSocket,
      String profile,
      String role,
      String address) {
    List<String> arguments = new ArrayList<>(List.of(temporary));
    arguments.add("-javaagent:" + agentJar);
    arguments.add("-Dsidestep.device=net_memif0,role=" + role + ",socket=" + memifSocket);
    arguments.add("-Dsidestep.address=" + address + "/24");
    // A comparison of the kernel with the kernel would be of no use to anybody.
    arguments.add("-Dsidestep.strict=true");
    arguments.add("-Dsidestep.stats=exit");
    arguments.add("-Dsidestep.profile=" + profile);
    return arguments;
  }
}
