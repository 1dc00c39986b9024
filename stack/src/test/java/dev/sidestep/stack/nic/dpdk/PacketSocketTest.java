package dev.sidestep.stack.nic.dpdk;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PacketSocketTest {

  private static final DeviceString DEVICE = DeviceString.parse("net_af_packet0,iface=eth1");
  private static final int LONGEST_FRAME_BYTES = 65_376;

  @ParameterizedTest
  @CsvSource({
    "576,2048,8192",
    "1500,2048,8192",
    "1963,2048,8192",
    "1964,4096,4096",
    "9000,16384,1024"
  })
  void thePlacesOfTheRingAreAsManyAsTheMtuAllows(int mtuBytes, String frameBytes, String frames) {
    DeviceString device = PacketSocket.withDefaults(DEVICE, mtuBytes, true);
    assertEquals(frameBytes, device.argument("framesz"));
    assertEquals(frames, device.argument("framecnt"));
    assertEquals(true, PacketSocket.cutsFrames(DEVICE, device));
    assertEquals(LONGEST_FRAME_BYTES, PacketSocket.dataRoomBytes(DEVICE));
  }

  @ParameterizedTest
  @CsvSource({"1500,false", "20000,true", "2147483647,true"})
  void placesThatTakeEverythingWhereNoCopiesAreKeptOrWouldBeTheRule(int mtuBytes, boolean copies) {
    DeviceString device = PacketSocket.withDefaults(DEVICE, mtuBytes, copies);
    assertEquals("65408", device.argument("framesz"));
    assertEquals(false, PacketSocket.cutsFrames(DEVICE, device));
    assertEquals(LONGEST_FRAME_BYTES, PacketSocket.dataRoomBytes(DEVICE));
  }

  @Test
  void theUsersOwnRingStaysAsItIs() {
    DeviceString own = DeviceString.parse("net_af_packet0,iface=eth1,framesz=4096,blocksz=8192");
    assertEquals(own, PacketSocket.withDefaults(own, 1500, true));
    assertEquals(false, PacketSocket.cutsFrames(own, own));
    assertEquals(4064, PacketSocket.dataRoomBytes(own));
  }
}
