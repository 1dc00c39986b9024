package dev.sidestep.stack.testing;

import dev.sidestep.stack.wire.TcpHeader;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A TCP segment in packetdrill's notation, all numbers relative to the start of their streams:
 *
 * <pre>
 *   S  0:0(0)           win 65535 &lt;mss 1460,sackOK&gt;   a SYN
 *   P. 1:101(100) ack 1 win 229                          100 bytes, PSH and ACK
 *   .  1:1(0)     ack 1                                  an ACK; in an expectation, of any window
 *   .  1:1(0)     ack 1         &lt;...&gt;                whatever its options
 * </pre>
 *
 * Flags are S(YN) F(IN) R(ST) P(SH) U(RG) E(CE) W (CWR) and . (ACK), or - for none.
 *
 * @param acknowledgment absent where there is no ACK flag
 * @param window as it stands in the header, not scaled; null in an expectation for any
 * @param options null in an expectation for any
 */
record Segment(
    int flags,
    int sequence,
    int lengthBytes,
    @Nullable Integer acknowledgment,
    @Nullable Integer window,
    int urgentPointer,
    @Nullable List<TcpOption> options) {

  private static final String FLAG_LETTERS = "FSRP.UEW";
  private static final String FLAG_ORDER = "SFRPUEW.";

  private static final Pattern NOTATION =
      Pattern.compile(
          "(?<flags>[SFRPUEW.]+|-)\\s+(?<start>-?\\d+):(?<end>-?\\d+)\\((?<length>\\d+)\\)"
              + "(\\s+ack\\s+(?<ack>-?\\d+))?"
              + "(\\s+win\\s+(?<window>\\d+|\\*))?"
              + "(\\s+urg\\s+(?<urgent>\\d+))?"
              + "(\\s+<(?<options>.*)>)?\\s*");

  static Segment parse(String notation) {
    Matcher m = NOTATION.matcher(notation.trim());
    if (!m.matches()) {
      throw new IllegalArgumentException("not a segment: " + notation);
    }
    int start = (int) Long.parseLong(m.group("start"));
    int length = Integer.parseInt(m.group("length"));
    if ((int) Long.parseLong(m.group("end")) != start + length) {
      throw new IllegalArgumentException("end is not start + length: " + notation);
    }
    String ack = m.group("ack");
    String window = m.group("window");
    String urgent = m.group("urgent");
    return new Segment(
        parseFlags(m.group("flags")),
        start,
        length,
        ack == null ? null : Integer.valueOf((int) Long.parseLong(ack)),
        window == null || window.equals("*") ? null : Integer.valueOf(window),
        urgent == null ? 0 : Integer.parseInt(urgent),
        parseOptions(m.group("options")));
  }

  private static int parseFlags(String letters) {
    int flags = 0;
    for (int i = 0; i < letters.length(); i++) {
      char letter = letters.charAt(i);
      flags |= letter == '-' ? 0 : 1 << FLAG_LETTERS.indexOf(letter);
    }
    return flags;
  }

  private static @Nullable List<TcpOption> parseOptions(@Nullable String list) {
    if (list == null || list.isBlank()) {
      return List.of();
    }
    return list.equals("...")
        ? null
        : Arrays.stream(list.split(",")).map(TcpOption::parse).toList();
  }

  boolean has(int flag) {
    return (flags & flag) != 0;
  }

  /** Whether {@code actual} is what this expectation describes. */
  boolean matches(Segment actual) {
    return flags == actual.flags
        && sequence == actual.sequence
        && lengthBytes == actual.lengthBytes
        && urgentPointer == actual.urgentPointer
        && (acknowledgment == null
            ? !actual.has(TcpHeader.ACK)
            : acknowledgment.equals(actual.acknowledgment))
        && (window == null || window.equals(actual.window))
        && (options == null || optionsMatch(options, actual.options));
  }

  private static boolean optionsMatch(List<TcpOption> expected, @Nullable List<TcpOption> actual) {
    if (actual == null || expected.size() != actual.size()) {
      return false;
    }
    for (int i = 0; i < expected.size(); i++) {
      if (!expected.get(i).matches(actual.get(i))) {
        return false;
      }
    }
    return true;
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    // In the order packetdrill writes them, ACK last.
    for (int i = 0; i < FLAG_ORDER.length(); i++) {
      char letter = FLAG_ORDER.charAt(i);
      if (has(1 << FLAG_LETTERS.indexOf(letter))) {
        text.append(letter);
      }
    }
    if (flags == 0) {
      text.append('-');
    }
    text.append(" %d:%d(%d)".formatted(sequence, sequence + lengthBytes, lengthBytes));
    if (acknowledgment != null) {
      text.append(" ack ").append(acknowledgment);
    }
    if (window != null) {
      text.append(" win ").append(window);
    }
    if (urgentPointer != 0) {
      text.append(" urg ").append(urgentPointer);
    }
    if (options == null) {
      text.append(" <...>");
    } else if (!options.isEmpty()) {
      text.append(
          options.stream().map(TcpOption::toString).collect(Collectors.joining(",", " <", ">")));
    }
    return text.toString();
  }
}
