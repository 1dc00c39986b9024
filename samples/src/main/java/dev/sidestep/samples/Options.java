package dev.sidestep.samples;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The options of one program, {@code --name value} or {@code --flag}, with the text that explains
 * them. Declare every option, then {@link #parse} once; not thread-safe.
 */
public final class Options {
  private final String program;
  private final String purpose;
  private final Map<String, String> values = new HashMap<>();
  private final Set<String> flags = new HashSet<>();
  private final Map<String, List<String>> lists = new HashMap<>();
  private final StringBuilder help = new StringBuilder();

  /** The options of {@code program}, whose help text begins with {@code purpose}. */
  public Options(String program, String purpose) {
    this.program = program;
    this.purpose = purpose;
  }

  /** Declares {@code --name value}. */
  public Options value(String name, String defaultValue, String meaning) {
    values.put(name, defaultValue);
    String shown = defaultValue.isEmpty() ? "" : " (default " + defaultValue + ")";
    return describe("--" + name + " <value>", meaning + shown);
  }

  /** Declares {@code --name}, which is off unless given. */
  public Options flag(String name, String meaning) {
    values.put(name, "false");
    flags.add(name);
    return describe("--" + name, meaning);
  }

  /** Declares {@code --name value}, which may be given several times. */
  public Options list(String name, String meaning) {
    values.put(name, "");
    lists.put(name, new ArrayList<>());
    return describe("--" + name + " <value>", meaning + "; may be repeated");
  }

  private Options describe(String usage, String meaning) {
    help.append(String.format(Locale.ROOT, "  %-26s %s%n", usage, meaning));
    return this;
  }

  /**
   * Reads the command line. {@code --help} prints the help and ends the program with status 0, an
   * option that was not declared ends it with status 2.
   */
  public Options parse(String[] args) {
    for (int i = 0; i < args.length; i++) {
      String name = args[i].startsWith("--") ? args[i].substring(2) : "";
      if (name.equals("help")) {
        System.out.printf("Usage: %s [options]%n%s%n%n%s", program, purpose, help);
        System.exit(0);
      }
      if (!values.containsKey(name)) {
        throw refuse("unknown option " + args[i]);
      } else if (flags.contains(name)) {
        values.put(name, "true");
      } else if (i + 1 < args.length) {
        values.put(name, args[++i]);
        lists.getOrDefault(name, new ArrayList<>()).add(args[i]);
      } else {
        throw refuse("--" + name + " needs a value");
      }
    }
    return this;
  }

  /** The value of a declared option. */
  public String text(String name) {
    String value = values.get(name);
    if (value == null) {
      throw new IllegalArgumentException("option --" + name + " was not declared");
    }
    return value;
  }

  /** All values that were given to an option declared by {@link #list}. */
  public List<String> all(String name) {
    return List.copyOf(lists.getOrDefault(name, List.of()));
  }

  /** The names, separated by commas, of which a declared option's value consists. */
  public List<String> names(String name, String... allowed) {
    List<String> names = List.of(text(name).split(","));
    for (String each : names) {
      if (!List.of(allowed).contains(each)) {
        throw refuse("--" + name + " " + each + " is none of " + String.join(", ", allowed));
      }
    }
    return names;
  }

  /** The value of a declared option that must be one of {@code allowed}. */
  public String oneOf(String name, String... allowed) {
    String value = text(name);
    if (!List.of(allowed).contains(value)) {
      throw refuse("--" + name + " " + value + " is none of " + String.join(", ", allowed));
    }
    return value;
  }

  /** Whether a declared flag was given. */
  public boolean has(String flag) {
    return Boolean.parseBoolean(text(flag));
  }

  /** A whole number; the suffixes k, m and g multiply by 1024, 1024² and 1024³. */
  public long number(String name) {
    String value = text(name).toLowerCase(Locale.ROOT);
    int shift = Math.max(0, 10 * (1 + "kmg".indexOf(value.isEmpty() ? ' ' : lastChar(value))));
    try {
      String digits = shift == 0 ? value : value.substring(0, value.length() - 1);
      return Math.multiplyExact(Long.parseLong(digits), 1L << shift);
    } catch (ArithmeticException | NumberFormatException e) {
      throw refuse("--" + name + " " + text(name) + " is not a whole number");
    }
  }

  private static char lastChar(String value) {
    return value.charAt(value.length() - 1);
  }

  /** {@link #number} for values that must fit an int. */
  public int smallNumber(String name) {
    long value = number(name);
    if (value < 0 || value > Integer.MAX_VALUE) {
      throw refuse("--" + name + " " + text(name) + " is out of range");
    }
    return (int) value;
  }

  /** Ends the program with status 2 and {@code why}; declared as thrown so that callers can end. */
  public IllegalArgumentException refuse(String why) {
    System.err.println(program + ": " + why + "; try --help");
    System.exit(2);
    return new IllegalArgumentException(why);
  }
}
