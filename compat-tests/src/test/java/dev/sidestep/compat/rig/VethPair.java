package dev.sidestep.compat.rig;

import java.io.IOException;
import java.util.List;

/** Two network namespaces with a virtual cable between them. */
public final class VethPair implements AutoCloseable {
  private static final String FIRST_DEVICE = "first0";
  private static final String SECOND_DEVICE = "second0";

  private final Namespace first;
  private final Namespace second;

  private VethPair(Namespace first, Namespace second) {
    this.first = first;
    this.second = second;
  }

  static VethPair create() throws IOException, InterruptedException {
    VethPair pair = new VethPair(Namespace.create(), Namespace.create());
    try {
      pair.connect();
    } catch (IOException | RuntimeException | Error e) {
      pair.close();
      throw e;
    }
    return pair;
  }

  private void connect() throws IOException, InterruptedException {
    first.ip("link", "add", FIRST_DEVICE, "type", "veth", "peer", "name", SECOND_DEVICE);
    first.ip("link", "set", SECOND_DEVICE, "netns", second.name());
    first.ip("link", "set", FIRST_DEVICE, "up");
    plug();
  }

  void configureFirst(String address) throws IOException, InterruptedException {
    first.ip("addr", "add", address, "dev", FIRST_DEVICE);
  }

  void configureSecond(String address) throws IOException, InterruptedException {
    second.ip("addr", "add", address, "dev", SECOND_DEVICE);
  }

  /** Pulls the cable at the second end. */
  public void unplug() throws IOException, InterruptedException {
    second.ip("link", "set", SECOND_DEVICE, "down");
  }

  /** Puts the cable back in. */
  public void plug() throws IOException, InterruptedException {
    second.ip("link", "set", SECOND_DEVICE, "up");
  }

  /** The interface at the first end. */
  public String firstDevice() {
    return FIRST_DEVICE;
  }

  /** The interface at the second end. */
  public String secondDevice() {
    return SECOND_DEVICE;
  }

  List<String> firstPrefix() {
    return first.prefix();
  }

  List<String> secondPrefix() {
    return second.prefix();
  }

  @Override
  public void close() {
    first.close();
    second.close();
  }
}
