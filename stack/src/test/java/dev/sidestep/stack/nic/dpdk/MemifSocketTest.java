package dev.sidestep.stack.nic.dpdk;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MemifSocketTest {

  @ParameterizedTest(name = "slots of {0} bytes: 2^{1} of them")
  @CsvSource({"2048, 8", "4096, 7", "9024, 6", "65536, 3"})
  void ringsHoldHalfAMegabyteWhateverTheSizeOfTheirSlots(int slotBytes, String rsize) {
    DeviceString device =
        MemifSocket.withDefaults(DeviceString.parse("net_memif0,role=client"), slotBytes);
    assertEquals(String.valueOf(slotBytes), device.argument("bsize"));
    assertEquals(rsize, device.argument("rsize"));
  }

  @Test
  void aServerDoesNotTakeTheClientsSlotsForAsLargeAsItsBuffers() {
    DeviceString device =
        MemifSocket.withDefaults(DeviceString.parse("net_memif0,role=server"), 2048);
    assertEquals("2047", device.argument("bsize"));
  }

  @Test
  void whatTheUserSaysOfTheRingsCounts() {
    DeviceString device = DeviceString.parse("net_memif0,rsize=12,bsize=1024");
    assertEquals("rsize=12,bsize=1024", MemifSocket.withDefaults(device, 2048).argumentText());
  }

  @Test
  void packetsAreLargeUnlessTheUserWantsThemOtherwise() {
    assertEquals(9000, MemifSocket.mtuBytes(0));
    assertEquals(1500, MemifSocket.mtuBytes(1500));
  }
}
