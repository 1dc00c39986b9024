package dev.sidestep.stack.concurrent;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How many threads of the whole machine run or want to, from /proc/loadavg (proc_loadavg(5)). Takes
 * a few microseconds.
 *
 * <p>Threads: any.
 */
public final class RunnableThreads implements IntSupplier {

  private static final String FILE = "/proc/loadavg";
  private static final int MAX_BYTES = 128;

  private final byte[] text = new byte[MAX_BYTES];
  private @Nullable RandomAccessFile file;

  /** Opens nothing until it is asked. */
  public RunnableThreads() {}

  /** The number now, the asking thread included; {@link Integer#MAX_VALUE} if nobody tells. */
  @Override
  public synchronized int getAsInt() {
    try {
      RandomAccessFile open = file;
      if (open == null) {
        open = new RandomAccessFile(FILE, "r");
        file = open;
      }
      open.seek(0);
      return parse(text, open.read(text));
    } catch (IOException unreadable) {
      return Integer.MAX_VALUE;
    }
  }

  /** The number before the slash in {@code 0.20 0.18 0.12 1/80 11206}. */
  static int parse(byte[] text, int length) {
    int slash = 0;
    while (slash < length && text[slash] != '/') {
      slash++;
    }
    int start = slash;
    while (start > 0 && Character.isDigit(text[start - 1])) {
      start--;
    }
    if (slash >= length || start == slash) {
      return Integer.MAX_VALUE;
    }
    int number = 0;
    for (int i = start; i < slash; i++) {
      number = 10 * number + (text[i] - '0');
    }
    return number;
  }
}
