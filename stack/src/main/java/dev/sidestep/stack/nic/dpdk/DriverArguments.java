package dev.sidestep.stack.nic.dpdk;

import dev.sidestep.stack.config.NearestName;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What drivers accept behind their name, as far as all supported releases agree (DPDK's "Network
 * Interface Controller Drivers"). Some drivers ignore an unknown key, and every other key with it;
 * others say what is wrong only in their log.
 */
final class DriverArguments {

  private static final String PREFIX = "net_";

  /** Drivers of virtual devices, so that a misspelt one is noticed. */
  private static final List<String> DRIVERS =
      List.of(
          "net_memif",
          "net_af_packet",
          "net_af_xdp",
          "net_tap",
          "net_tun",
          "net_null",
          "net_virtio_user",
          "net_vhost",
          "net_ring",
          "net_pcap",
          "net_bonding",
          "net_failsafe");

  /** A MAC address as rte_ether_unformat_addr takes it. */
  private static final Pattern MAC =
      Pattern.compile("\\p{XDigit}{1,2}(:\\p{XDigit}{1,2}){5}|(\\p{XDigit}{4}:){2}\\p{XDigit}{4}");

  private static final int MAX_DIGITS = 10;
  private static final long MAX_UNSIGNED = 0xffff_ffffL;

  private static final Value TEXT = new Value("a value", text -> !text.isEmpty());
  private static final Value FLAG = new Value("no value", text -> true);
  private static final Value MAC_ADDRESS = new Value("a MAC address", DriverArguments::isMac);
  private static final Value NUMBER = number(0, MAX_UNSIGNED);
  private static final Value POSITIVE = number(1, MAX_UNSIGNED);
  private static final Value BIT = number(0, 1);

  private static final Map<String, Map<String, Value>> KEYS =
      Map.of(
          "net_memif",
          Map.of(
              "id", NUMBER,
              "role", oneOf("server", "client"),
              "bsize", number(1, 0xffff),
              "rsize", number(1, 14),
              "socket", TEXT,
              "socket-abstract", oneOf("yes", "no"),
              "mac", MAC_ADDRESS,
              "secret", TEXT,
              "zero-copy", oneOf("yes", "no")),
          "net_af_packet",
          Map.of(
              "iface", TEXT,
              "qpairs", number(1, 16),
              "blocksz", POSITIVE,
              "framesz", POSITIVE,
              "framecnt", POSITIVE,
              "qdisc_bypass", BIT),
          "net_tap",
          Map.of(
              "iface", TEXT,
              "remote", TEXT,
              "mac", new Value("fixed or a MAC address", DriverArguments::isTapMac),
              "persist", FLAG),
          "net_null",
          Map.of("size", POSITIVE, "copy", NUMBER, "no-rx", BIT));

  private DriverArguments() {}

  /** What a key accepts, in words and as a test. */
  private record Value(String accepted, Predicate<String> accepts) {}

  private static Value number(long least, long most) {
    return new Value(
        "a whole number from " + least + " to " + most,
        text -> isDigits(text) && Long.parseLong(text) >= least && Long.parseLong(text) <= most);
  }

  private static boolean isDigits(String text) {
    boolean digits = !text.isEmpty() && text.length() <= MAX_DIGITS;
    for (int i = 0; digits && i < text.length(); i++) {
      digits = text.charAt(i) >= '0' && text.charAt(i) <= '9';
    }
    return digits;
  }

  private static Value oneOf(String one, String other) {
    return new Value(
        "'" + one + "' or '" + other + "'", text -> text.equals(one) || text.equals(other));
  }

  private static boolean isMac(String text) {
    return MAC.matcher(text).matches();
  }

  private static boolean isTapMac(String text) {
    return text.equals("fixed") || isMac(text);
  }

  /** Throws a {@link DpdkException} where the driver or an argument is certainly wrong. */
  static void check(DeviceString device) {
    checkDriver(device);
    Map<String, Value> known = KEYS.get(device.driver());
    if (known != null) {
      device.arguments().forEach((key, text) -> checkArgument(device, known, key, text));
    }
  }

  /** Whether a driver is one of DPDK's that we know. */
  static boolean isKnown(String driver) {
    return DRIVERS.contains(driver);
  }

  // DPDK compares the beginning only, and would take net_memiff0 for a memif device.
  private static void checkDriver(DeviceString device) {
    String nearest = nearest(device.driver());
    if (!device.pci() && !isKnown(device.driver()) && nearest != null) {
      throw device.wrong(
          "there is no driver " + device.driver() + "; did you mean " + nearest + "?");
    }
  }

  /** The known driver that a misspelt name probably means, or {@code null}. */
  static @Nullable String nearest(String driver) {
    for (String known : DRIVERS) {
      if (driver.startsWith(known)) {
        return known;
      }
    }
    return NearestName.of(driver, DRIVERS, PREFIX);
  }

  private static void checkArgument(
      DeviceString device, Map<String, Value> known, String key, String text) {
    Value value = known.get(key);
    if (value == null) {
      Set<String> keys = new TreeSet<>(known.keySet());
      String nearest = NearestName.of(key, keys, "");
      throw device.wrong(
          "%s does not know '%s', only %s%s"
              .formatted(
                  device.driver(),
                  key,
                  keys,
                  nearest == null ? "" : "; did you mean " + nearest + "?"));
    }
    if (!value.accepts().test(text)) {
      throw device.wrong("%s is %s, not '%s'".formatted(key, value.accepted(), text));
    }
  }
}
