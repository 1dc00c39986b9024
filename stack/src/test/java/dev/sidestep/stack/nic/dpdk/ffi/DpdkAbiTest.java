package dev.sidestep.stack.nic.dpdk.ffi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.junit.jupiter.api.Test;

class DpdkAbiTest {

  @Test
  void aReleaseHasTheAbiOfTheNovemberBeforeIt() {
    assertEquals(DpdkAbi.ABI_23, DpdkAbi.ofVersion("DPDK 22.11.11"));
    assertEquals(DpdkAbi.ABI_23, DpdkAbi.ofVersion("DPDK 23.07.0"));
    assertEquals(DpdkAbi.ABI_24, DpdkAbi.ofVersion("DPDK 23.11.0"));
    assertEquals(DpdkAbi.ABI_25, DpdkAbi.ofVersion("DPDK 25.03.0-rc1"));
    assertEquals(DpdkAbi.ABI_26, DpdkAbi.ofVersion("DPDK 26.07.0"));
  }

  @Test
  void anUnknownReleaseHasNone() {
    assertNull(DpdkAbi.ofVersion("DPDK 21.11.9"));
    assertNull(DpdkAbi.ofVersion("DPDK 26.11.0"));
    assertNull(DpdkAbi.ofVersion("something else"));
  }

  @Test
  void theFastPathRecordChangedItsOrderIn2311() {
    assertEquals(0, DpdkAbi.ABI_23.rxBurstOffset());
    assertEquals(24, DpdkAbi.ABI_23.rxQueuesOffset());
    for (DpdkAbi abi : new DpdkAbi[] {DpdkAbi.ABI_24, DpdkAbi.ABI_25, DpdkAbi.ABI_26}) {
      assertEquals(16, abi.rxBurstOffset());
      assertEquals(0, abi.rxQueuesOffset());
      assertEquals(80, abi.txBurstOffset());
      assertEquals(64, abi.txQueuesOffset());
    }
  }
}
