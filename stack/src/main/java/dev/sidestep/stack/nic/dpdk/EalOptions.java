package dev.sidestep.stack.nic.dpdk;

import dev.sidestep.stack.config.NearestName;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The options of rte_eal_init, those of all supported releases together (eal_common_options.c,
 * since 25.11 eal_option_list.h). Pure.
 */
final class EalOptions {

  private static final Set<String> WITH_VALUE =
      Set.of(
          "--allow",
          "--base-virtaddr",
          "--block",
          "--coremask",
          "--driver-path",
          "--file-prefix",
          "--force-max-simd-bitwidth",
          "--huge-dir",
          "--iova-mode",
          "--lcores",
          "--log-level",
          "--main-lcore",
          "--mbuf-pool-ops-name",
          "--memory-channels",
          "--memory-ranks",
          "--memory-size",
          "--numa-limit",
          "--numa-mem",
          "--proc-type",
          "--service-corelist",
          "--service-coremask",
          "--socket-limit",
          "--socket-mem",
          "--trace",
          "--trace-bufsz",
          "--trace-dir",
          "--trace-mode",
          "--vdev",
          "--vfio-intr",
          "--vfio-vf-token");

  /** Those that take no value, or one behind an equals sign. */
  private static final Set<String> ALONE =
      Set.of(
          "--create-uio-dev",
          "--help",
          "--huge-unlink",
          "--huge-worker-stack",
          "--in-memory",
          "--legacy-mem",
          "--log-color",
          "--log-timestamp",
          "--match-allocations",
          "--no-hpet",
          "--no-huge",
          "--no-pci",
          "--no-shconf",
          "--no-telemetry",
          "--remap-lcore-ids",
          "--single-file-segments",
          "--syslog",
          "--telemetry",
          "--version",
          "--vmware-tsc-map");

  private static final String LETTERS_WITH_VALUE = "abcdlmnrsS";
  private static final String LETTERS_ALONE = "hvR";

  private EalOptions() {}

  /**
   * Arguments with long options spelt out, which getopt also takes abbreviated, and joined with
   * their values.
   *
   * @throws DpdkException when one is no option of DPDK's or lacks its value
   */
  static List<String> spelledOut(List<String> arguments) {
    List<String> spelledOut = new ArrayList<>();
    for (Iterator<String> rest = arguments.iterator(); rest.hasNext(); ) {
      String argument = rest.next();
      String option = option(argument);
      if (option == null) {
        throw unknown(argument);
      }
      boolean isLong = option.startsWith("--");
      String value = argument.substring(isLong ? name(argument).length() : option.length());
      if (!value.isEmpty() || !takesValue(option)) {
        spelledOut.add(option + value);
        continue;
      }
      if (!rest.hasNext()) {
        throw new DpdkException("sidestep.eal: a value has to follow '" + argument + "'");
      }
      if (isLong) {
        spelledOut.add(option + "=" + rest.next());
      } else {
        spelledOut.addAll(List.of(option, rest.next()));
      }
    }
    return spelledOut;
  }

  private static boolean takesValue(String option) {
    return WITH_VALUE.contains(option)
        || (option.length() == 2 && LETTERS_WITH_VALUE.indexOf(option.charAt(1)) >= 0);
  }

  /** The option that an argument names, or {@code null}. */
  private static @Nullable String option(String argument) {
    if (!argument.startsWith("--")) {
      boolean known =
          argument.length() >= 2
              && argument.charAt(0) == '-'
              && (LETTERS_WITH_VALUE + LETTERS_ALONE).indexOf(argument.charAt(1)) >= 0;
      return known ? argument.substring(0, 2) : null;
    }
    String name = name(argument);
    if (WITH_VALUE.contains(name) || ALONE.contains(name)) {
      return name;
    }
    List<String> beginning = all().stream().filter(known -> known.startsWith(name)).toList();
    return beginning.size() == 1 ? beginning.getFirst() : null;
  }

  private static String name(String argument) {
    int equals = argument.indexOf('=');
    return equals < 0 ? argument : argument.substring(0, equals);
  }

  private static Set<String> all() {
    Set<String> all = new TreeSet<>(WITH_VALUE);
    all.addAll(ALONE);
    return all;
  }

  private static DpdkException unknown(String argument) {
    String name = name(argument);
    String nearest = NearestName.of(name.startsWith("--") ? name : "--" + name, all(), "--");
    return new DpdkException(
        "sidestep.eal: '%s' is no option of DPDK's%s"
            .formatted(argument, nearest == null ? "" : "; did you mean " + nearest + "?"));
  }
}
