package dev.sidestep.stack.config;

import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Finds what a user who misspelt a name probably meant. Pure; any thread. */
public final class NearestName {

  private NearestName() {}

  /**
   * The closest of {@code names}, or {@code null} if none is close.
   *
   * @param prefix what all of them start with; it says nothing about how close two are
   */
  public static @Nullable String of(String misspelt, Collection<String> names, String prefix) {
    String wanted = misspelt.toLowerCase(Locale.ROOT);
    int length = wanted.length() - prefix.length();
    String nearest = null;
    // A third of the word wrong is still a misspelling; more is another word.
    int best = Math.min(Math.max(2, length / 3) + 1, length);
    for (String name : names) {
      int distance = editDistance(wanted, name);
      if (distance < best) {
        best = distance;
        nearest = name;
      }
    }
    return nearest;
  }

  /** Levenshtein's distance: insertions, deletions and replacements. */
  static int editDistance(String a, String b) {
    int[] row = new int[b.length() + 1];
    Arrays.setAll(row, i -> i);
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
