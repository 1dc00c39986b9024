package dev.sidestep.samples.compare;

import java.nio.charset.Charset;
import java.nio.charset.CharsetEncoder;

/** What the terminal can show: blocks, lines and Greek letters only where its encoding has them. */
final class Terminal {
  private static final String SPECIAL = "█▉▊▋▌▍▎▏│µ×";
  private static final String PLAIN = "#####...|ux";

  private Terminal() {}

  /** The text as it is, or in ASCII where {@code encoding} lacks what we use. */
  static String text(String text, Charset encoding) {
    CharsetEncoder encoder = encoding.newEncoder();
    if (encoder.canEncode(SPECIAL)) {
      return text;
    }
    StringBuilder plain = new StringBuilder(text);
    for (int i = 0; i < plain.length(); i++) {
      int special = SPECIAL.indexOf(plain.charAt(i));
      if (special >= 0) {
        plain.setCharAt(i, PLAIN.charAt(special));
      }
    }
    return plain.toString();
  }

  /** Prints to standard output, without a line end. */
  static void print(String text) {
    System.out.print(text(text, System.out.charset()));
  }
}
