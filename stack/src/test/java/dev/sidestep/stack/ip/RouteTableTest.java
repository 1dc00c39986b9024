package dev.sidestep.stack.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sidestep.stack.config.InterfaceAddress;
import dev.sidestep.stack.counters.ShardCounters;
import dev.sidestep.stack.ethernet.EthernetOutput;
import dev.sidestep.stack.neighbor.NeighborTable;
import dev.sidestep.stack.nic.CapturingDevice;
import dev.sidestep.stack.nic.LoopbackDevice;
import dev.sidestep.stack.nic.NicDevice;
import dev.sidestep.stack.nic.PcapCapture;
import dev.sidestep.stack.packet.PacketPool;
import dev.sidestep.stack.testing.Frames;
import dev.sidestep.stack.testing.RecordingNic;
import dev.sidestep.stack.wire.IpAddress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RouteTableTest {

  private static final LocalAddresses LOCAL =
      new LocalAddresses(addresses("10.0.0.1/24", "10.0.0.129/25", "127.0.0.1/8"));

  private final IpInterface wide = ipInterface(new RecordingNic(1, 1500), "10.0.0.1/24");
  private final IpInterface narrow = ipInterface(new RecordingNic(2, 1400), "10.0.0.129/25");
  private final IpInterface loopback = ipInterface(new LoopbackDevice(4), "127.0.0.1/8");
  private final RouteTable routes =
      new RouteTable(List.of(wide, narrow, loopback), address("10.0.0.254"), LOCAL);

  private static List<InterfaceAddress> addresses(String... texts) {
    return Arrays.stream(texts)
        .map(text -> text.split("/"))
        .map(parts -> new InterfaceAddress(address(parts[0]), Integer.parseInt(parts[1])))
        .toList();
  }

  private static IpInterface ipInterface(NicDevice device, String address) {
    ShardCounters counters = new ShardCounters();
    PacketPool pool = device.queue(0).pool();
    var output = new EthernetOutput(device.queue(0), device.macAddress(), counters);
    var neighbors =
        new NeighborTable(output, (high, low, mac) -> {}, (packet, now) -> {}, counters);
    return new IpInterface(device, addresses(address), 0, pool, output, neighbors);
  }

  private static IpAddress address(String dotted) {
    return IpAddress.ofV4(Frames.ip(dotted));
  }

  private Route find(String destination) {
    Route route = routes.find(address(destination));
    if (route == null) {
      throw new AssertionError("no route to " + destination);
    }
    return route;
  }

  @ParameterizedTest(name = "{0} leaves from {1}")
  @CsvSource({
    "10.0.0.2,     10.0.0.1,     1500",
    "10.0.0.130,   10.0.0.129,   1400",
    "192.0.2.1,    10.0.0.129,   1400",
    "8.8.8.8,      10.0.0.129,   1400",
    "10.0.0.1,     10.0.0.1,     32768",
    "10.0.0.129,   10.0.0.129,   32768",
    "127.0.0.1,    127.0.0.1,    32768",
    "127.9.8.7,    127.0.0.1,    32768",
  })
  void findsTheWay(String destination, String source, int mtuBytes) {
    Route route = find(destination);
    assertEquals(address(source), route.sourceAddress());
    assertEquals(mtuBytes, route.mtuBytes());
    assertEquals(mtuBytes == LoopbackDevice.MTU_BYTES, route.fillsChecksums());
    assertTrue(route.isValid());
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "224.0.0.1", "255.255.255.255", "10.0.0.255"})
  void hasNoWayToMany(String destination) {
    assertNull(routes.find(address(destination)));
  }

  private @Nullable Route findWithoutGateway(String destination) {
    return new RouteTable(List.of(wide), null, LOCAL).find(address(destination));
  }

  @Test
  void hasNoWayOutsideWithoutAGateway() {
    assertNull(findWithoutGateway("192.0.2.1"));
  }

  @Test
  void hasNoWayToItselfWithoutLoopback() {
    assertNull(findWithoutGateway("10.0.0.1"));
  }

  @Test
  void knowsLoopbackBehindACapture(@TempDir Path directory) throws IOException {
    try (PcapCapture capture = PcapCapture.open(directory.resolve("lo.pcap"))) {
      IpInterface captured =
          ipInterface(new CapturingDevice(new LoopbackDevice(4), capture), "127.0.0.1/8");
      Route route = new RouteTable(List.of(wide, captured), null, LOCAL).find(address("10.0.0.1"));
      assertEquals(LoopbackDevice.MTU_BYTES, route == null ? 0 : route.mtuBytes());
    }
  }

  @Test
  void hasNoWayInIpv6Yet() {
    assertNull(routes.find(new IpAddress(0x2001_0db8_0000_0000L, 1)));
  }

  @Test
  void refusesAGatewayNobodyCanReach() {
    IllegalArgumentException refused =
        assertThrows(
            IllegalArgumentException.class,
            () -> new RouteTable(List.of(wide), address("192.0.2.1"), LOCAL));
    assertEquals(
        "gateway 192.0.2.1 is in no interface's network: [10.0.0.1/24]", refused.getMessage());
  }
}
