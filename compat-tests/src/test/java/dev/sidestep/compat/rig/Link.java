package dev.sidestep.compat.rig;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Two ends that reach each other. The first end is the one a test looks at; the second one is its
 * peer, and for memif the one that must be started first. Closing removes what was set up.
 */
public final class Link implements AutoCloseable {

  /** What connects the ends, and which stack is at each. */
  public enum Kind {
    /** Both ends on the kernel over its loopback interface: the oracle. */
    KERNEL_LOOPBACK,
    /** Both ends on Sidestep, over shared-memory rings between the two JVMs. */
    MEMIF,
    /** Both ends on the kernel over a pair of virtual Ethernet devices: the oracle. */
    KERNEL_VETH,
    /** Sidestep over af_packet at the first end, the kernel at the second one. */
    SIDESTEP_VETH,
    /** Sidestep at a TAP device's first end, the kernel at the second one. */
    SIDESTEP_TAP
  }

  private static final String FIRST_ADDRESS = "10.77.0.1";
  private static final String SECOND_ADDRESS = "10.77.0.2";

  private final End first;
  private final End second;
  private final @Nullable VethPair veth;
  private final Runnable remover;

  private Link(End first, End second) {
    this(first, second, null, () -> {});
  }

  private Link(End first, End second, VethPair veth) {
    this(first, second, veth, veth::close);
  }

  private Link(End first, End second, @Nullable VethPair veth, Runnable remover) {
    this.first = first;
    this.second = second;
    this.veth = veth;
    this.remover = remover;
  }

  /** Sets up a link; skips the calling test where the user may not. */
  public static Link open(Kind kind) throws IOException, InterruptedException {
    return switch (kind) {
      case KERNEL_LOOPBACK -> kernelLoopback();
      case MEMIF -> memif();
      case KERNEL_VETH -> veth(false);
      case SIDESTEP_VETH -> veth(true);
      case SIDESTEP_TAP -> tap();
    };
  }

  private static Link kernelLoopback() {
    End end = End.kernel("kernel loopback", "127.0.0.1", List.of());
    return new Link(end, end);
  }

  private static Link memif() throws IOException {
    // Not in target/: a UNIX socket's path must be shorter than 108 bytes.
    Path directory = Files.createTempDirectory(Path.of("/tmp"), "sidestep-memif");
    directory.toFile().deleteOnExit();
    Path socket = directory.resolve("s");
    return new Link(
        memifEnd("client", FIRST_ADDRESS, socket), memifEnd("server", SECOND_ADDRESS, socket));
  }

  private static End memifEnd(String role, String address, Path socket) {
    return End.sidestep(
        "sidestep memif " + role,
        address,
        List.of(),
        List.of(
            "device=net_memif0,role=" + role + ",socket=" + socket, "address=" + address + "/24"));
  }

  private static Link veth(boolean sidestep) throws IOException, InterruptedException {
    VethPair veth = VethPair.create();
    try {
      veth.configureSecond(SECOND_ADDRESS + "/24");
      End second = End.kernel("kernel veth", SECOND_ADDRESS, veth.secondPrefix());
      if (!sidestep) {
        veth.configureFirst(FIRST_ADDRESS + "/24");
        return new Link(End.kernel("kernel veth", FIRST_ADDRESS, veth.firstPrefix()), second, veth);
      }
      List<String> settings =
          List.of(
              "device=net_af_packet0,iface=" + veth.firstDevice(),
              "address=" + FIRST_ADDRESS + "/24");
      End first = End.sidestep("sidestep veth", FIRST_ADDRESS, veth.firstPrefix(), settings);
      return new Link(first, second, veth);
    } catch (IOException | RuntimeException | Error e) {
      veth.close();
      throw e;
    }
  }

  private static Link tap() throws IOException, InterruptedException {
    Namespace namespace = Namespace.create();
    try {
      // Made before a program opens it, so that the kernel's end has its address in time.
      namespace.ip("tuntap", "add", "dev", "tap0", "mode", "tap", "multi_queue");
      namespace.ip("addr", "add", SECOND_ADDRESS + "/24", "dev", "tap0");
      namespace.ip("link", "set", "tap0", "up");
      List<String> settings =
          List.of("device=net_tap0,iface=tap0", "address=" + FIRST_ADDRESS + "/24");
      List<String> prefix = namespace.prefix();
      End first = End.sidestep("sidestep tap", FIRST_ADDRESS, prefix, settings);
      End second = End.kernel("kernel tap", SECOND_ADDRESS, prefix);
      return new Link(first, second, null, namespace::close);
    } catch (IOException | RuntimeException | Error e) {
      namespace.close();
      throw e;
    }
  }

  /** The end under test; it serves where the test needs a server on Sidestep. */
  public End first() {
    return first;
  }

  /** The other end. */
  public End second() {
    return second;
  }

  /** The cable, for a link that has one. */
  public VethPair veth() {
    if (veth == null) {
      throw new IllegalStateException("this link has no veth pair");
    }
    return veth;
  }

  @Override
  public void close() {
    remover.run();
  }
}
