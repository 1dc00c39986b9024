package dev.sidestep.stack.nic.dpdk.ffi;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * DPDK's drivers, each a library of its own. rte_eal_init loads every one that is installed, needed
 * or not, one after the other (eal_plugins_init), and takes most of its time for that. What was
 * loaded before takes it none, so another thread can begin while the first call is being linked.
 */
public final class DriverPreload {

  private DriverPreload() {}

  /**
   * Loads the drivers of the DPDK that {@link DpdkLibrary#load} finds, as far as they can be found
   * and loaded. What cannot is EAL's to complain about. Not while EAL starts: drivers register
   * themselves when they are loaded.
   */
  public static void run() {
    DpdkAbi[] abis = DpdkAbi.values();
    for (int i = abis.length - 1; i >= 0; i--) {
      if (DpdkLibrary.open(DpdkLibrary.LIBRARY + abis[i].soVersion()) != null) {
        preload(abis[i].soVersion() + ".0");
        return;
      }
    }
  }

  private static void preload(String version) {
    Path library = ProcessMemory.fileNamed(DpdkLibrary.LIBRARY);
    if (library != null) {
      preload(library.resolveSibling("dpdk").resolve("pmds-" + version), ".so." + version);
    }
  }

  private static void preload(Path directory, String suffix) {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        if (file.toString().endsWith(suffix)) {
          DpdkLibrary.open(file.toString());
        }
      }
    } catch (IOException elsewhere) {
      // Built with another folder for its drivers.
      return;
    }
  }
}
