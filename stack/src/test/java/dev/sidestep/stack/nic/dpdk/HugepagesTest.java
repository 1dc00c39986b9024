package dev.sidestep.stack.nic.dpdk;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HugepagesTest {

  @TempDir Path sysfs;

  @Test
  void freePagesOfAllSizesAddUp() throws IOException {
    pages("hugepages-2048kB", "3\n");
    pages("hugepages-1048576kB", "1\n");
    assertEquals(((3L * 2) << 20) + (1L << 30), Hugepages.freeBytes(sysfs));
  }

  @Test
  void aKernelWithoutHugepagesHasNone() {
    assertEquals(0, Hugepages.freeBytes(sysfs.resolve("none")));
  }

  private void pages(String size, String free) throws IOException {
    Files.createDirectories(sysfs.resolve(size));
    Files.writeString(sysfs.resolve(size).resolve("free_hugepages"), free);
  }
}
