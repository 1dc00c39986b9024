package dev.sidestep.stack.nic.dpdk;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Devices on kernel interfaces, each test in a network namespace that ends with it. */
class DpdkKernelLinkTest {

  private static final String MAKE_VETH =
      "ip link add va type veth peer name vb && ip link set va up && ip link set vb up";

  @TempDir Path directory;

  @BeforeEach
  void needsRoot() {
    RequiresDpdk.orSkip();
    RequiresDpdk.orSkip(
        System.getProperty("user.name").equals("root"), "only root can make network namespaces");
  }

  @Test
  void framesCrossAVethBetweenTwoPacketSockets() throws Exception {
    assertEquals("crossed", cross(MAKE_VETH, "net_af_packet0,iface=va", "net_af_packet1,iface=vb"));
  }

  @Test
  void framesCrossATapToTheKernelsEndWhichHasAnotherAddress() throws Exception {
    assertEquals("crossed", cross("true", "net_tap0,iface=st0", "net_af_packet0,iface=st0"));
  }

  private String cross(String preparation, String a, String b) throws Exception {
    List<String> inNamespace =
        List.of("unshare", "--net", "sh", "-c", preparation + " && exec \"$@\"", "sh");
    try (ForkedJvm jvm = ForkedJvm.start(directory, inNamespace, CrossLink.class, a, b)) {
      ForkedJvm.Result result = jvm.await();
      assertEquals("", result.error());
      return result.output();
    }
  }
}
