package dev.sidestep.stack.nic.dpdk;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The command line for rte_eal_init. Pure: what it depends on is passed in.
 *
 * <p>Devices are not among the arguments, they are hot-plugged later, so that a bad one does not
 * take EAL down. PCI devices are the exception, since the PCI bus has to be told which devices it
 * may touch.
 */
final class EalArguments {

  private static final Set<String> CORE_OPTIONS =
      Set.of("-l", "-c", "--lcores", "--coremask", "--main-lcore");
  private static final Set<String> MEMORY_KIND_OPTIONS =
      Set.of(
          "--no-huge",
          "--in-memory",
          "--huge-dir",
          "--socket-mem",
          "--numa-mem",
          "--huge-unlink",
          "--legacy-mem");
  private static final Set<String> MEMORY_SIZE_OPTIONS = Set.of("-m", "--memory-size");

  private static final Set<String> ENDING_OPTIONS =
      Set.of("-h", "--help", "-v", "--version", "--log-level=help");

  private EalArguments() {}

  /**
   * Builds the command line.
   *
   * @param fromUser arguments that replace ours where they say the same thing
   * @param processors the processors this process may use, as a Linux CPU list: {@code 0-3,8}
   * @param hugepages whether there are hugepages enough; if not, ordinary memory is used
   * @param memoryMegabytes memory to reserve where there are no hugepages; pages that are never
   *     touched cost nothing
   * @param pciDevices the PCI devices that are to be used
   * @param processId makes the names of EAL's files our own
   * @throws DpdkException when the user's cannot be right
   */
  static List<String> build(
      List<String> fromUser,
      String processors,
      boolean hugepages,
      int memoryMegabytes,
      List<DeviceString> pciDevices,
      long processId) {
    List<String> spelledOut = checked(fromUser);
    List<String> arguments = new ArrayList<>();
    arguments.add("sidestep");
    // One lcore that floats over all processors: the one form that pins no thread.
    addUnless(spelledOut, CORE_OPTIONS, arguments, "--lcores=0@(" + processors + ")");
    addMemory(spelledOut, hugepages, memoryMegabytes, arguments);
    // No files for other processes to read, as there are none.
    addUnless(spelledOut, Set.of("--no-shconf"), arguments, "--no-shconf");
    addUnless(
        spelledOut, Set.of("--file-prefix"), arguments, "--file-prefix=sidestep-" + processId);
    addUnless(spelledOut, Set.of("--telemetry", "--no-telemetry"), arguments, "--no-telemetry");
    // There the memif driver says why a server sends a client away.
    addUnless(spelledOut, Set.of("--log-level"), arguments, "--log-level=pmd.net.memif:info");
    addPci(spelledOut, pciDevices, arguments);
    arguments.addAll(spelledOut);
    return List.copyOf(arguments);
  }

  /** Whether the user says where drivers are. */
  static boolean namesDrivers(List<String> fromUser) {
    return saysAny(fromUser, Set.of("-d", "--driver-path"));
  }

  private static void addMemory(
      List<String> fromUser, boolean hugepages, int memoryMegabytes, List<String> arguments) {
    boolean kindFromUser = saysAny(fromUser, MEMORY_KIND_OPTIONS);
    boolean ordinaryMemory = kindFromUser ? saysAny(fromUser, Set.of("--no-huge")) : !hugepages;
    if (!kindFromUser) {
      arguments.add(ordinaryMemory ? "--no-huge" : "--in-memory");
    }
    if (ordinaryMemory) {
      String size = String.valueOf(memoryMegabytes);
      addUnless(fromUser, MEMORY_SIZE_OPTIONS, arguments, "-m", size);
    }
  }

  private static void addPci(
      List<String> fromUser, List<DeviceString> pciDevices, List<String> arguments) {
    if (pciDevices.isEmpty()) {
      addUnless(
          fromUser, Set.of("--no-pci", "-a", "--allow", "-b", "--block"), arguments, "--no-pci");
      // No device of ours does DMA: virtual addresses are good enough, and need no privilege.
      addUnless(fromUser, Set.of("--iova-mode"), arguments, "--iova-mode=va");
    }
    for (DeviceString device : pciDevices) {
      arguments.add("-a");
      String more = device.argumentText();
      arguments.add(more.isEmpty() ? device.name() : device.name() + "," + more);
    }
  }

  private static void addUnless(
      List<String> fromUser, Set<String> options, List<String> arguments, String... ours) {
    if (!saysAny(fromUser, options)) {
      arguments.addAll(List.of(ours));
    }
  }

  private static boolean saysAny(List<String> arguments, Set<String> options) {
    for (String argument : arguments) {
      for (String option : options) {
        if (says(argument, option)) {
          return true;
        }
      }
    }
    return false;
  }

  /** Whether an argument is an option, alone or with its value attached: -m64, --lcores=0. */
  private static boolean says(String argument, String option) {
    return option.startsWith("--")
        ? argument.equals(option) || argument.startsWith(option + "=")
        : argument.startsWith(option);
  }

  /**
   * The user's arguments, {@linkplain EalOptions#spelledOut spelt out}.
   *
   * @throws DpdkException when DPDK certainly cannot start with them
   */
  static List<String> checked(List<String> fromUser) {
    List<String> spelledOut = EalOptions.spelledOut(fromUser);
    for (String argument : spelledOut) {
      // Asked for help or its version, EAL prints it and ends the process.
      if (ENDING_OPTIONS.stream().anyMatch(option -> says(argument, option))) {
        throw new DpdkException(
            "sidestep.eal: '" + argument + "' makes DPDK end the process; leave it out");
      }
      // A secondary process waits for its primary, for ever.
      if (says(argument, "--proc-type")) {
        throw new DpdkException(
            "sidestep.eal: '" + argument + "': this process is its own primary; leave it out");
      }
    }
    return spelledOut;
  }
}
