package dev.sidestep.stack.testing;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;

/**
 * One TCP option of a {@link Segment}, in packetdrill's notation: {@code mss 1460}, {@code sackOK},
 * {@code TS val 100 ecr 0}, {@code nop}, {@code eol}, {@code wscale 7}, {@code sack 1:11 21:31};
 * and for everything else, right or wrong, {@code hex fe04abcd}.
 *
 * @param kind what it is
 * @param values its numbers; {@link #ANY} matches every number
 */
record TcpOption(Kind kind, List<Long> values) {

  static final long ANY = Long.MIN_VALUE;

  private static final int SACK_KIND = 5;

  enum Kind {
    EOL,
    NOP,
    MSS,
    WSCALE,
    SACK_OK,
    SACK,
    TS,
    HEX
  }

  TcpOption {
    values = List.copyOf(values);
  }

  static TcpOption parse(String text) {
    String[] words = text.trim().split("\\s+");
    return switch (words[0]) {
      case "eol" -> of(Kind.EOL);
      case "nop" -> of(Kind.NOP);
      case "sackOK" -> of(Kind.SACK_OK);
      case "mss" -> of(Kind.MSS, number(words[1]));
      case "wscale" -> of(Kind.WSCALE, number(words[1]));
      case "TS" -> of(Kind.TS, number(words[2]), number(words[4]));
      case "sack" -> parseSack(words);
      case "hex" -> parseHex(words[1]);
      default -> throw new IllegalArgumentException("no such TCP option: " + text);
    };
  }

  private static TcpOption of(Kind kind, Long... values) {
    return new TcpOption(kind, List.of(values));
  }

  private static long number(String word) {
    return word.equals("*") ? ANY : Long.parseLong(word);
  }

  private static TcpOption parseSack(String[] words) {
    List<Long> edges = new ArrayList<>();
    for (int i = 1; i < words.length; i++) {
      for (String edge : words[i].split(":")) {
        edges.add(number(edge));
      }
    }
    return new TcpOption(Kind.SACK, edges);
  }

  private static TcpOption parseHex(String digits) {
    List<Long> octets = new ArrayList<>();
    for (byte octet : HexFormat.of().parseHex(digits)) {
      octets.add(octet & 0xffL);
    }
    return new TcpOption(Kind.HEX, octets);
  }

  boolean matches(TcpOption actual) {
    if (kind != actual.kind || values.size() != actual.values.size()) {
      return false;
    }
    for (int i = 0; i < values.size(); i++) {
      if (values.get(i) != ANY && !values.get(i).equals(actual.values.get(i))) {
        return false;
      }
    }
    return true;
  }

  /** Writes the option; what is relative becomes absolute. */
  void encode(ByteBuffer to, Origins origins) {
    switch (kind) {
      case EOL -> to.put((byte) 0);
      case NOP -> to.put((byte) 1);
      case MSS -> to.put((byte) 2).put((byte) 4).putShort(values.get(0).shortValue());
      case WSCALE -> to.put((byte) 3).put((byte) 3).put(values.get(0).byteValue());
      case SACK_OK -> to.put((byte) 4).put((byte) 2);
      case SACK -> {
        to.put((byte) SACK_KIND).put((byte) (2 + 4 * values.size()));
        values.forEach(edge -> to.putInt(edge.intValue() + origins.ackedSequence()));
      }
      case TS -> {
        to.put((byte) 8).put((byte) 10).putInt(values.get(0).intValue() + origins.timestamp());
        to.putInt(values.get(1).intValue() + origins.echoedTimestamp());
      }
      case HEX -> values.forEach(octet -> to.put(octet.byteValue()));
    }
  }

  /** Reads all options; what is absolute becomes relative. */
  static List<TcpOption> decode(ByteBuffer from, Origins origins) {
    List<TcpOption> options = new ArrayList<>();
    while (from.hasRemaining()) {
      int kind = from.get();
      if (kind == 0) {
        options.add(of(Kind.EOL));
      } else if (kind == 1) {
        options.add(of(Kind.NOP));
      } else {
        int length = from.get() & 0xff;
        options.add(decode(kind, from.slice(from.position(), length - 2), origins));
        from.position(from.position() + length - 2);
      }
    }
    return options;
  }

  private static TcpOption decode(int kind, ByteBuffer value, Origins origins) {
    return switch (kind) {
      case 2 -> of(Kind.MSS, value.getShort() & 0xffffL);
      case 3 -> of(Kind.WSCALE, value.get() & 0xffL);
      case 4 -> of(Kind.SACK_OK);
      case SACK_KIND -> {
        List<Long> edges = new ArrayList<>();
        while (value.hasRemaining()) {
          edges.add((long) (value.getInt() - origins.ackedSequence()));
        }
        yield new TcpOption(Kind.SACK, edges);
      }
      case 8 ->
          of(
              Kind.TS,
              (long) (value.getInt() - origins.timestamp()),
              (long) (value.getInt() - origins.echoedTimestamp()));
      default -> throw new AssertionError("the stack sent a TCP option of kind " + kind);
    };
  }

  @Override
  public String toString() {
    return switch (kind) {
      case EOL -> "eol";
      case NOP -> "nop";
      case SACK_OK -> "sackOK";
      case MSS -> "mss " + text(values.get(0));
      case WSCALE -> "wscale " + text(values.get(0));
      case TS -> "TS val " + text(values.get(0)) + " ecr " + text(values.get(1));
      case SACK -> {
        StringBuilder blocks = new StringBuilder("sack");
        for (int i = 0; i < values.size(); i += 2) {
          blocks
              .append(' ')
              .append(text(values.get(i)))
              .append(':')
              .append(text(values.get(i + 1)));
        }
        yield blocks.toString();
      }
      case HEX ->
          values.stream().map(v -> "%02x".formatted(v)).collect(Collectors.joining("", "hex ", ""));
    };
  }

  private static String text(long value) {
    return value == ANY ? "*" : Long.toString(value);
  }

  /**
   * What relative numbers of one segment are relative to.
   *
   * @param sequence of its sender's stream
   * @param ackedSequence of its receiver's stream
   * @param timestamp of its sender's timestamp clock
   * @param echoedTimestamp of its receiver's timestamp clock
   */
  record Origins(int sequence, int ackedSequence, int timestamp, int echoedTimestamp) {}
}
