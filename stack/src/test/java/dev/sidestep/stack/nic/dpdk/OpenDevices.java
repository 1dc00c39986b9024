package dev.sidestep.stack.nic.dpdk;

import dev.sidestep.stack.nic.NicDevice;
import dev.sidestep.stack.nic.dpdk.ffi.DpdkLibrary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.FutureTask;

/**
 * A program that opens devices and says what became of it and of its threads' affinity. The first
 * argument holds arguments for EAL, the rest are devices; {@code foreign} starts EAL behind our
 * back first.
 */
final class OpenDevices {

  private OpenDevices() {}

  public static void main(String[] arguments) throws Exception {
    String eal = arguments[0];
    List<String> devices = List.of(arguments).subList(1, arguments.length);
    String before = affinity();
    if (eal.equals("foreign")) {
      DpdkLibrary library = Objects.requireNonNull(DpdkLibrary.load());
      library.ealInit(List.of("other", "--no-huge", "--no-pci", "--no-shconf", "--no-telemetry"));
      removeRuntimeDirectory(library.runtimeDirectory());
    }
    List<String> ealArguments =
        eal.isEmpty() || eal.equals("foreign") ? List.of() : List.of(eal.split(" "));
    try {
      DpdkOptions options = DpdkOptions.defaults().withEalArguments(ealArguments);
      for (NicDevice device : DpdkDevices.open(devices, options)) {
        System.out.println("opened " + device.name());
        device.close();
      }
      System.out.println("affinity unchanged: " + before.equals(affinity()));
      FutureTask<String> later = new FutureTask<>(OpenDevices::affinity);
      Thread.ofPlatform().start(later);
      System.out.println("affinity inherited: " + before.equals(later.get()));
    } catch (DpdkException e) {
      System.out.println(e.getMessage());
    }
  }

  /** There is none when /tmp/dpdk belongs to another user. */
  private static void removeRuntimeDirectory(String directory) throws IOException {
    if (!directory.isEmpty()) {
      Files.deleteIfExists(Path.of(directory));
    }
  }

  private static String affinity() throws IOException {
    return ProcFile.field(Path.of("/proc/thread-self/status"), "Cpus_allowed_list");
  }
}
