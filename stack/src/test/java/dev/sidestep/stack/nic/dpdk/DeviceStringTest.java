package dev.sidestep.stack.nic.dpdk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DeviceStringTest {

  @Test
  void aVirtualDeviceHasADriverANumberAndArguments() {
    DeviceString device =
        DeviceString.parse(" net_memif0,role=server,socket=/tmp/a=b.sock,zero-copy ");
    assertEquals("net_memif0", device.name());
    assertEquals("net_memif", device.driver());
    assertFalse(device.pci());
    assertEquals("server", device.argument("role"));
    assertEquals("/tmp/a=b.sock", device.argument("socket"));
    assertEquals("", device.argument("zero-copy"));
    assertNull(device.argument("id"));
    assertEquals("role=server,socket=/tmp/a=b.sock,zero-copy", device.argumentText());
  }

  @Test
  void aPciAddressGetsItsDomain() {
    DeviceString device = DeviceString.parse("03:00.0,mtu=9000");
    assertTrue(device.pci());
    assertEquals("0000:03:00.0", device.name());
    assertEquals("mtu=9000", device.argumentText());
    assertEquals("0001:03:00.1", DeviceString.parse("0001:03:00.1").name());
  }

  @Test
  void aDefaultGivesWayToWhatIsThere() {
    DeviceString device = DeviceString.parse("net_memif0,bsize=4096");
    assertEquals("bsize=4096", device.withDefault("bsize", "2048").argumentText());
    assertEquals("bsize=4096,id=1", device.withDefault("id", "1").argumentText());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          net_memif                  | neither a driver's name
          eth0                       | write net_af_packet0,iface=eth0
          memif0                     | did you mean net_memif0?
          net_mem                    | did you mean net_memif0?
          net_memif0,                | comma without key=value
          net_memif0,,role=server    | comma without key=value
          net_memif0,=server         | comma without key=value
          net_memif0,id=1,id=2       | 'id' is given twice
          net_memif0 role=server     | neither a driver's name
          net_a0123456789012345678901234567890123456789012345678901234567890 | longer than 63
          """)
  void whatIsWrongIsSaidInOneLineThatNamesTheSetting(String text, String why) {
    String message = assertThrows(DpdkException.class, () -> DeviceString.parse(text)).getMessage();
    assertTrue(message.startsWith("sidestep.device=" + text.strip() + ": "), message);
    assertTrue(message.contains(why), message);
    assertEquals(1, message.lines().count());
  }
}
