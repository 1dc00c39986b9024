package dev.sidestep.compat.rig;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Hugepages of 2 MB beside those the machine has; given back by {@link #close} or at exit. */
public final class Hugepages implements AutoCloseable {
  private static final Path COUNT =
      Path.of("/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages");

  private final long pagesBefore;
  private final Thread remover = new Thread(this::remove);

  private Hugepages(long pagesBefore) {
    this.pagesBefore = pagesBefore;
    Runtime.getRuntime().addShutdownHook(remover);
  }

  /** Reserves so many; skips the calling test where the user may not or the kernel has none. */
  public static Hugepages reserve(int pages) throws IOException {
    skipUnless(Files.isWritable(COUNT), "needs root: hugepages");
    Hugepages reserved = new Hugepages(count());
    long wanted = reserved.pagesBefore + pages;
    setCount(wanted);
    if (count() < wanted) {
      reserved.close();
      skipUnless(false, "the kernel has no " + pages + " hugepages to spare");
    }
    return reserved;
  }

  private static void skipUnless(boolean possible, String why) {
    if (!possible) {
      System.out.println("SKIPPED, " + why);
    }
    assumeTrue(possible, why);
  }

  private static long count() throws IOException {
    return Long.parseLong(Files.readString(COUNT).strip());
  }

  private static void setCount(long pages) throws IOException {
    Files.writeString(COUNT, Long.toString(pages));
  }

  @Override
  public void close() {
    remove();
    Runtime.getRuntime().removeShutdownHook(remover);
  }

  private void remove() {
    try {
      setCount(pagesBefore);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
