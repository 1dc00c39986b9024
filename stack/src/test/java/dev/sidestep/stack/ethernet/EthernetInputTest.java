package dev.sidestep.stack.ethernet;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sidestep.stack.counters.Counter;
import dev.sidestep.stack.packet.DropReason;
import dev.sidestep.stack.testing.Frames;
import dev.sidestep.stack.testing.TestHost;
import dev.sidestep.stack.wire.EthernetHeader;
import dev.sidestep.stack.wire.IcmpHeader;
import dev.sidestep.stack.wire.IpProtocol;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class EthernetInputTest {

  private final TestHost host = new TestHost();

  private static byte[] ping() {
    byte[] echo = Frames.icmp(IcmpHeader.ECHO_REQUEST, 0, 1, new byte[32]);
    return Frames.ipv4(IpProtocol.ICMP, TestHost.PEER_IP, TestHost.IP, echo);
  }

  private static byte[] frame(long destination, int type, byte[] payload) {
    return Frames.ethernet(destination, TestHost.PEER_MAC, type, payload);
  }

  @Test
  void dropsFramesWithoutAWholeHeader() {
    for (int length = 0; length < EthernetHeader.LENGTH_BYTES; length++) {
      byte[] runt = Arrays.copyOf(frame(TestHost.MAC, 0x0800, ping()), length);
      host.assertDropped(length + " bytes", DropReason.FRAME_TOO_SHORT, runt);
    }
  }

  @Test
  void dropsAPacketCutAtAnyByte() {
    byte[] whole = frame(TestHost.MAC, EthernetHeader.TYPE_IPV4, ping());
    for (int length = EthernetHeader.LENGTH_BYTES; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      host.assertDropped(length + " bytes", DropReason.IP_MALFORMED, cut);
    }
  }

  @Test
  void dropsFramesLongerThanTheDeviceCarries() {
    int tooLong = TestHost.MTU_BYTES + 1;
    byte[] jumbo = frame(TestHost.MAC, EthernetHeader.TYPE_IPV4, new byte[tooLong]);
    host.assertDropped("MTU + 1", DropReason.FRAME_TOO_LONG, jumbo);
  }

  @Test
  void dropsFramesForOtherStations() {
    byte[] foreign = frame(0x0200_0000_0099L, EthernetHeader.TYPE_IPV4, ping());
    host.assertDropped("other station", DropReason.ETHERNET_OTHER_HOST, foreign);
  }

  @Test
  void dropsVlanTagsAndUnknownTypes() {
    byte[] tagged = Frames.hex("0064 0800" + "00".repeat(46));
    for (int type : new int[] {EthernetHeader.TYPE_VLAN, 0x88a8, 0x9100, 0x86dd, 0x0000, 0xffff}) {
      host.assertDropped(
          Integer.toHexString(type),
          DropReason.ETHERNET_UNKNOWN_TYPE,
          frame(TestHost.MAC, type, tagged));
    }
  }

  @Test
  void handsAFrameToWhoeverIsRegisteredForItsType() {
    List<Integer> lengths = new ArrayList<>();
    EthernetInput input = host.ethernet.input();
    input.register(0x86dd, (packet, toGroup, now) -> lengths.add(packet.length()));
    host.receive(frame(TestHost.MAC, 0x86dd, new byte[40]));
    host.receive(frame(TestHost.MAC, EthernetHeader.TYPE_IPV4, ping()));
    assertEquals(List.of(40), lengths);
    host.assertDropped(
        "still unknown",
        DropReason.ETHERNET_UNKNOWN_TYPE,
        frame(TestHost.MAC, 0x88a8, new byte[40]));
  }

  @Test
  void countsWhatArrives() {
    byte[] frame = frame(TestHost.MAC, EthernetHeader.TYPE_IPV4, ping());
    host.introducePeer();
    long before = host.counters.get(Counter.RX_BYTES);
    host.receive(frame);
    assertEquals(2, host.counters.get(Counter.RX_PACKETS));
    assertEquals(frame.length, host.counters.get(Counter.RX_BYTES) - before);
  }
}
