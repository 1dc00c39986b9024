package dev.sidestep.stack.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sidestep.stack.config.InterfaceAddress;
import dev.sidestep.stack.counters.ShardCounters;
import dev.sidestep.stack.ethernet.EthernetOutput;
import dev.sidestep.stack.neighbor.NeighborTable;
import dev.sidestep.stack.nic.CapturingDevice;
import dev.sidestep.stack.nic.LoopbackDevice;
import dev.sidestep.stack.nic.NicDevice;
import dev.sidestep.stack.nic.NicQueue;
import dev.sidestep.stack.nic.PcapCapture;
import dev.sidestep.stack.testing.Frames;
import dev.sidestep.stack.testing.RecordingNic;
import dev.sidestep.stack.wire.EthernetHeader;
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

class RoutesTest {

  private static final LocalAddresses LOCAL =
      new LocalAddresses(addresses("10.0.0.1/24", "10.0.0.129/25", "127.0.0.1/8"));

  private final IpInterface wide = ipInterface(new RecordingNic(1, 1500), "10.0.0.1/24");
  private final IpInterface narrow = ipInterface(new RecordingNic(2, 1400), "10.0.0.129/25");
  private final IpInterface loopback = ipInterface(new LoopbackDevice(4), "127.0.0.1/8");
  private final Routes routes = routes(List.of(wide, narrow, loopback), address("10.0.0.254"));

  private static List<InterfaceAddress> addresses(String... texts) {
    return Arrays.stream(texts)
        .map(text -> text.split("/"))
        .map(parts -> new InterfaceAddress(address(parts[0]), Integer.parseInt(parts[1])))
        .toList();
  }

  private static IpInterface ipInterface(NicDevice device, String address) {
    return new IpInterface(device, addresses(address), 0);
  }

  private static Routes routes(List<IpInterface> interfaces, @Nullable IpAddress gateway) {
    RouteTable table = new RouteTable(interfaces, gateway, LOCAL);
    return new Routes(table, interfaces.stream().map(RoutesTest::output).toList());
  }

  private static LinkOutput output(IpInterface through) {
    ShardCounters counters = new ShardCounters();
    NicQueue queue = through.device().queue(0);
    var output = new EthernetOutput(queue, through.device().macAddress(), counters);
    var neighbors =
        new NeighborTable(
            EthernetHeader.TYPE_IPV4,
            output,
            (high, low, mac) -> {},
            (packet, now) -> {},
            counters);
    return new LinkOutput(through, queue.pool(), output, neighbors, counters);
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
  }

  @Test
  void oneWayToTheGatewayServesEverybodyBehindIt() {
    assertSame(find("192.0.2.1"), find("8.8.8.8"));
    assertNotSame(find("10.0.0.2"), find("10.0.0.3"));
  }

  @ParameterizedTest(name = "an answer to {0} leaves from {1}")
  @CsvSource({
    "10.0.0.2,     10.0.0.1",
    "10.0.0.130,   10.0.0.129",
    "8.8.8.8,      10.0.0.129",
    "10.0.0.1,     10.0.0.1",
    "127.9.8.7,    127.0.0.1",
  })
  void findsTheWayOfAnAnswerWithoutMakingOne(String destination, String source) {
    IpAddress to = address(destination);
    Route route = routes.findForAnswer(to.high(), to.low());
    assertEquals(address(source), route == null ? null : route.sourceAddress());
    assertSame(route, routes.findForAnswer(to.high(), to.low()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "224.0.0.1", "255.255.255.255", "10.0.0.255"})
  void hasNoWayToMany(String destination) {
    assertNull(routes.find(address(destination)));
  }

  private @Nullable Route findWithoutGateway(String destination) {
    return routes(List.of(wide), null).find(address(destination));
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
      Route route = routes(List.of(wide, captured), null).find(address("10.0.0.1"));
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
