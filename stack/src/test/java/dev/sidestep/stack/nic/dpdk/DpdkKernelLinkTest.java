package dev.sidestep.stack.nic.dpdk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sidestep.stack.nic.dpdk.ffi.DpdkAbi;
import dev.sidestep.stack.nic.dpdk.ffi.DpdkLibrary;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Devices on kernel interfaces, each test in a network namespace that ends with it. */
class DpdkKernelLinkTest {

  private static final String MAKE_VETH =
      "ip link add va mtu 1400 type veth peer name vb mtu 1400 && ip link set va up && ip link set"
          + " vb up";

  @TempDir Path directory;

  @BeforeEach
  void needsRoot() {
    RequiresDpdk.orSkip();
    RequiresDpdk.orSkip(
        System.getProperty("user.name").equals("root"), "only root can make network namespaces");
  }

  @Test
  void framesCrossAVethBetweenTwoPacketSockets() throws Exception {
    assertEquals(
        "crossed 1400 1400 interrupts 2",
        cross(MAKE_VETH, "net_af_packet0,iface=va", "net_af_packet1,iface=vb"));
  }

  @Test
  void aPacketSocketHoldsWhatArrivesWhileNobodyPolls() throws Exception {
    String frames = "8000";
    assertEquals(
        "crossed 1400 1400 interrupts 2",
        run(
            MAKE_VETH,
            CrossLink.class,
            "net_af_packet0,iface=va",
            "net_af_packet1,iface=vb",
            frames));
  }

  @Test
  void framesCrossATapToTheKernelsEndWhichHasAnotherAddress() throws Exception {
    assertEquals(
        "crossed 1500 1500 interrupts 1",
        cross("true", "net_tap0,iface=st0", "net_af_packet0,iface=st0"));
  }

  @Test
  void framesCrossAVethToAnXdpSocket() throws Exception {
    RequiresDpdk.orSkip(
        Files.exists(Path.of("/sys/fs/bpf"))
            || Files.exists(Path.of("/proc/sys/net/core/bpf_jit_enable")),
        "the kernel has no BPF");
    DpdkAbi abi = Objects.requireNonNull(DpdkLibrary.load()).abi();
    RequiresDpdk.orSkip(
        abi.soVersion() >= DpdkAbi.ABI_25.soVersion(), "this DPDK's net_af_xdp loses packets");
    // The driver keeps the last buffers sent until it sends again, so some may be missing.
    String result = cross(MAKE_VETH, "net_af_xdp0,iface=va", "net_af_packet0,iface=vb");
    assertTrue(result.startsWith("crossed 1400 1400"), result);
  }

  @Test
  void theLinkGoesDownWhenTheCableIsPulled() throws Exception {
    assertEquals("up, down, up", run(MAKE_VETH, WatchCable.class, "net_af_packet0,iface=va", "vb"));
  }

  private String cross(String preparation, String a, String b) throws Exception {
    return run(preparation, CrossLink.class, a, b);
  }

  private String run(String preparation, Class<?> program, String... arguments) throws Exception {
    List<String> inNamespace =
        List.of("unshare", "--net", "sh", "-c", preparation + " && exec \"$@\"", "sh");
    try (ForkedJvm jvm = ForkedJvm.start(directory, inNamespace, program, arguments)) {
      ForkedJvm.Result result = jvm.await();
      assertEquals("", result.error());
      return result.output();
    }
  }
}
