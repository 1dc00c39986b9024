package dev.sidestep.stack.nic.dpdk;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whether this machine has hugepages to spare (Documentation/admin-guide/mm/hugetlbpage.rst). */
final class Hugepages {

  static final Path SYSFS = Path.of("/sys/kernel/mm/hugepages");

  private Hugepages() {}

  /** Bytes in free hugepages of any size; 0 where the kernel has none. */
  static long freeBytes(Path sysfs) {
    long bytes = 0;
    try (DirectoryStream<Path> sizes = Files.newDirectoryStream(sysfs, "hugepages-*kB")) {
      for (Path size : sizes) {
        String name = size.getFileName().toString();
        long pageBytes =
            1024 * Long.parseLong(name.substring("hugepages-".length(), name.length() - 2));
        bytes +=
            pageBytes * Long.parseLong(Files.readString(size.resolve("free_hugepages")).strip());
      }
    } catch (IOException | NumberFormatException unreadable) {
      return 0;
    }
    return bytes;
  }
}
