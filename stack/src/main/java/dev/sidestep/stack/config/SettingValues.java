package dev.sidestep.stack.config;

import dev.sidestep.stack.wire.IpAddress;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The notations of setting values. Every parser takes trimmed text and throws {@link
 * IllegalArgumentException} whose message says in a few words what is wrong with it.
 */
final class SettingValues {

  private static final long KIB = 1L << 10;
  private static final long MIB = 1L << 20;
  private static final long GIB = 1L << 30;

  private static final long MIN_MEMORY_BYTES = MIB;
  private static final long MAX_MEMORY_BYTES = 1024 * GIB;

  private static final long MAX_LINGER_NANOS = TimeUnit.MINUTES.toNanos(10);

  /** Enough for every value in range, and too few to overflow a {@code long} of nanoseconds. */
  private static final int MAX_DIGITS = 13;

  private SettingValues() {}

  static List<String> devices(String text) {
    List<String> devices = split(text, ';');
    Set<String> names = new HashSet<>();
    for (String device : devices) {
      int comma = device.indexOf(',');
      String name = comma < 0 ? device : device.substring(0, comma).strip();
      if (name.isEmpty() || name.indexOf('=') >= 0) {
        throw new IllegalArgumentException(quote(device) + " does not start with a device name");
      }
      if (!names.add(name)) {
        throw new IllegalArgumentException("device " + name + " is named twice");
      }
    }
    return devices;
  }

  static List<InterfaceAddress> addresses(String text) {
    List<InterfaceAddress> addresses = new ArrayList<>();
    for (String part : split(text, ',')) {
      InterfaceAddress address = InterfaceAddressLiteral.parse(part);
      requireCarried(address.address());
      for (InterfaceAddress earlier : addresses) {
        if (earlier.address().equals(address.address())) {
          throw new IllegalArgumentException(address.address() + " is given twice");
        }
      }
      addresses.add(address);
    }
    return addresses;
  }

  static @Nullable IpAddress gateway(String text) {
    if (text.isEmpty()) {
      return null;
    }
    IpAddress gateway = InterfaceAddressLiteral.parseAddress(text);
    requireCarried(gateway);
    return gateway;
  }

  private static void requireCarried(IpAddress address) {
    if (!address.isV4()) {
      throw new IllegalArgumentException(
          "the stack carries IPv4 only so far; IPv6 stays on the kernel");
    }
  }

  static int mtuBytes(String text) {
    long value = digits(text, text);
    if (value != 0 && (value < StackConfig.MIN_MTU_BYTES || value > StackConfig.MAX_MTU_BYTES)) {
      throw new IllegalArgumentException("out of range");
    }
    return (int) value;
  }

  /** The one of {@code choices} that {@code text} names, in lower case. */
  static <E extends Enum<E>> E oneOf(String text, E[] choices, String otherwise) {
    for (E choice : choices) {
      if (choice.name().toLowerCase(Locale.ROOT).equals(text)) {
        return choice;
      }
    }
    throw new IllegalArgumentException(otherwise);
  }

  /** Whether {@code text} is {@code whenTrue}; anything but the two words is an error. */
  static boolean choice(String text, String whenTrue, String whenFalse) {
    if (text.equals(whenTrue)) {
      return true;
    }
    if (text.equals(whenFalse)) {
      return false;
    }
    throw new IllegalArgumentException(
        text.isEmpty() ? "the value is missing" : "neither " + whenTrue + " nor " + whenFalse);
  }

  static @Nullable String file(String text) {
    if (text.isEmpty()) {
      return null;
    }
    try {
      Path directory = Path.of(text).toAbsolutePath().getParent();
      if (directory == null || Files.isDirectory(Path.of(text))) {
        throw new IllegalArgumentException("this is a directory");
      }
      if (!Files.isDirectory(directory)) {
        throw new IllegalArgumentException("there is no directory " + directory);
      }
      return text;
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException("no file can have this name", e);
    }
  }

  static long memoryBytes(String text) {
    long unit =
        switch (lastLetter(text)) {
          case 'k' -> KIB;
          case 'm' -> MIB;
          case 'g' -> GIB;
          default -> 1;
        };
    String number = unit == 1 ? text : text.substring(0, text.length() - 1);
    long count = digits(number, text);
    if (count > MAX_MEMORY_BYTES / unit || count * unit < MIN_MEMORY_BYTES) {
      throw new IllegalArgumentException("out of range");
    }
    return count * unit;
  }

  private static char lastLetter(String text) {
    return text.isEmpty() ? ' ' : Character.toLowerCase(text.charAt(text.length() - 1));
  }

  static long durationNanos(String text) {
    if (text.equals("0")) {
      return 0;
    }
    long nanos;
    if (text.endsWith("ms")) {
      nanos = TimeUnit.MILLISECONDS.toNanos(digits(text.substring(0, text.length() - 2), text));
    } else if (text.endsWith("s")) {
      nanos = TimeUnit.SECONDS.toNanos(digits(text.substring(0, text.length() - 1), text));
    } else if (text.endsWith("m")) {
      nanos = TimeUnit.MINUTES.toNanos(digits(text.substring(0, text.length() - 1), text));
    } else {
      throw new IllegalArgumentException("the unit is missing");
    }
    if (nanos > MAX_LINGER_NANOS) {
      throw new IllegalArgumentException("out of range");
    }
    return nanos;
  }

  /** The words of a command line; single or double quotes keep spaces, and vanish. */
  static List<String> words(String text) {
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    boolean inWord = false;
    char openQuote = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (openQuote != 0 ? c == openQuote : c == '"' || c == '\'') {
        openQuote = openQuote != 0 ? 0 : c;
        inWord = true;
      } else if (openQuote == 0 && Character.isWhitespace(c)) {
        if (inWord) {
          words.add(word.toString());
        }
        word.setLength(0);
        inWord = false;
      } else {
        word.append(c);
        inWord = true;
      }
    }
    if (openQuote != 0) {
      throw new IllegalArgumentException("a quote " + openQuote + " is not closed");
    }
    if (inWord) {
      words.add(word.toString());
    }
    return words;
  }

  /** The inverse of {@link #words}. */
  static String quoteWords(List<String> words) {
    StringBuilder line = new StringBuilder();
    for (String word : words) {
      String quote = word.indexOf('"') >= 0 ? "'" : "\"";
      boolean plain = !word.isEmpty() && word.chars().noneMatch(SettingValues::needsQuotes);
      line.append(line.isEmpty() ? "" : " ").append(plain ? word : quote + word + quote);
    }
    return line.toString();
  }

  private static boolean needsQuotes(int c) {
    return Character.isWhitespace(c) || c == '"' || c == '\'';
  }

  static String showBytes(long bytes) {
    if (bytes % GIB == 0) {
      return bytes / GIB + "g";
    }
    if (bytes % MIB == 0) {
      return bytes / MIB + "m";
    }
    return bytes % KIB == 0 ? bytes / KIB + "k" : Long.toString(bytes);
  }

  static String showNanos(long nanos) {
    if (nanos == 0) {
      return "0";
    }
    long millis = TimeUnit.NANOSECONDS.toMillis(nanos);
    return millis % 1_000 == 0 ? millis / 1_000 + "s" : millis + "ms";
  }

  private static List<String> split(String text, char separator) {
    if (text.isEmpty()) {
      return List.of();
    }
    List<String> parts = new ArrayList<>();
    int from = 0;
    while (from <= text.length()) {
      int end = text.indexOf(separator, from);
      end = end < 0 ? text.length() : end;
      String part = text.substring(from, end).strip();
      if (part.isEmpty()) {
        throw new IllegalArgumentException("an entry is empty");
      }
      parts.add(part);
      from = end + 1;
    }
    return parts;
  }

  private static long digits(String number, String whole) {
    if (!isDigits(number)) {
      throw new IllegalArgumentException(
          whole.isEmpty() ? "the value is missing" : "not a whole number");
    }
    if (number.length() > MAX_DIGITS) {
      throw new IllegalArgumentException("out of range");
    }
    return Long.parseLong(number);
  }

  private static boolean isDigits(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    return !text.isEmpty();
  }

  static String quote(String text) {
    return "'" + text + "'";
  }
}
