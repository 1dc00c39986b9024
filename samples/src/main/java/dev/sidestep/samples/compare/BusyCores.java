package dev.sidestep.samples.compare;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Processes that keep processors busy until closed. */
final class BusyCores implements AutoCloseable {
  private final List<ChildJvm> spinners = new ArrayList<>();

  private BusyCores() {}

  static BusyCores start(Placement placement)
      throws IOException, CompareException, InterruptedException {
    BusyCores busy = new BusyCores();
    List<String> java =
        List.of("-Xmx16m", "-cp", System.getProperty("java.class.path"), Spinner.class.getName());
    try {
      for (List<String> prefix : placement.busyCommandPrefixes()) {
        busy.spinners.add(ChildJvm.start("spinning process", prefix, java));
      }
      for (ChildJvm spinner : busy.spinners) {
        spinner.awaitLine("spinning", 30);
      }
      return busy;
    } catch (IOException | CompareException | InterruptedException e) {
      busy.close();
      throw e;
    }
  }

  @Override
  public void close() {
    spinners.forEach(ChildJvm::close);
  }
}
