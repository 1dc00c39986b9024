package dev.sidestep.stack.nic.dpdk;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A device as DPDK names it: {@code <name>[,<key>=<value>]…}, where the name is a driver's with a
 * number ({@code net_memif0}) or a PCI address ({@code 0000:03:00.0}).
 *
 * @param text the whole string
 * @param name what stands before the first comma
 * @param arguments keys and values; a key without value has the empty one
 * @param pci whether the name is a PCI address
 */
record DeviceString(String text, String name, Map<String, String> arguments, boolean pci) {

  private static final Pattern VIRTUAL = Pattern.compile("net_[a-z0-9_]*[a-z_][0-9]+");
  private static final Pattern PCI =
      Pattern.compile("(\\p{XDigit}{4}:)?\\p{XDigit}{2}:\\p{XDigit}{2}\\.[0-7]");

  /** RTE_DEV_NAME_MAX_LEN, its final NUL counted (rte_dev.h). */
  private static final int MAX_NAME_LENGTH = 63;

  static DeviceString parse(String text) {
    String trimmed = text.strip();
    String[] parts = trimmed.split(",", -1);
    String name = parts[0];
    boolean pci = PCI.matcher(name).matches();
    if (!pci && !VIRTUAL.matcher(name).matches()) {
      throw wrong(trimmed, notADevice(name));
    }
    if (name.length() > MAX_NAME_LENGTH) {
      throw wrong(trimmed, "the name is longer than " + MAX_NAME_LENGTH + " characters");
    }
    String fullName = pci && name.length() < "0000:00:00.0".length() ? "0000:" + name : name;
    return new DeviceString(trimmed, fullName, arguments(trimmed, parts), pci);
  }

  private static String notADevice(String name) {
    String nearest = DriverArguments.nearest(name.startsWith("net_") ? name : "net_" + name);
    return "'"
        + name
        + "' is neither a driver's name with a number, such as net_memif0, nor a PCI address, such"
        + " as 0000:03:00.0; "
        + (nearest == null
            ? "for an interface of the kernel write net_af_packet0,iface=" + name
            : "did you mean " + nearest + "0?");
  }

  private static Map<String, String> arguments(String text, String[] parts) {
    Map<String, String> arguments = new LinkedHashMap<>();
    for (int i = 1; i < parts.length; i++) {
      int equals = parts[i].indexOf('=');
      String key = equals < 0 ? parts[i] : parts[i].substring(0, equals);
      if (key.isEmpty()) {
        throw wrong(text, "there is a comma without key=value behind it");
      }
      if (arguments.put(key, equals < 0 ? "" : parts[i].substring(equals + 1)) != null) {
        throw wrong(text, "'" + key + "' is given twice");
      }
    }
    return arguments;
  }

  /** The driver, such as {@code net_memif}. */
  String driver() {
    return name.replaceFirst("[0-9]+$", "");
  }

  /** Value of a key, or {@code null}. */
  @Nullable String argument(String key) {
    return arguments.get(key);
  }

  /** The arguments as DPDK takes them. */
  String argumentText() {
    StringBuilder joined = new StringBuilder();
    arguments.forEach(
        (key, value) ->
            joined
                .append(joined.isEmpty() ? "" : ",")
                .append(key)
                .append(value.isEmpty() ? "" : "=" + value));
    return joined.toString();
  }

  /** The same device with a further argument, unless it has that key already. */
  DeviceString withDefault(String key, String value) {
    if (arguments.containsKey(key)) {
      return this;
    }
    Map<String, String> more = new LinkedHashMap<>(arguments);
    more.put(key, value);
    return new DeviceString(text, name, more, pci);
  }

  /** An exception that says what is wrong with this device. */
  DpdkException wrong(String why) {
    return wrong(text, why);
  }

  private static DpdkException wrong(String text, String why) {
    return new DpdkException("sidestep.device=" + text + ": " + why);
  }
}
