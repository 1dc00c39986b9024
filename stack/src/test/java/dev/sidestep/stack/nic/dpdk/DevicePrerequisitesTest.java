package dev.sidestep.stack.nic.dpdk;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DevicePrerequisitesTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          net_memif0,rol=server                                   | does not know 'rol', only [bsize,
          net_memif0,role=master                                  | role is 'server' or 'client'
          net_memif0,socket=/no/such/a.sock,socket-abstract=no    | /no/such does not exist
          net_memiff0,role=server                                 | no driver net_memiff; did you mean net_memif?
          net_tap0,interface=tap0                                 | does not know 'interface'
          net_null0,sise=64                                       | does not know 'sise'
          net_af_packet0                                          | iface=<name>
          net_af_packet0,iface=nosuch                             | there is no interface nosuch
          net_af_xdp0,iface=nosuch                                | there is no interface nosuch
          """)
  void aDeviceThatCannotWorkIsRefusedBeforeDpdkSeesIt(String text, String why) {
    DeviceString device = DeviceString.parse(text);
    String message =
        assertThrows(DpdkException.class, () -> DevicePrerequisites.check(device)).getMessage();
    assertTrue(message.startsWith("sidestep.device=" + text), message);
    assertTrue(message.contains(why), message);
  }

  @Test
  void aSocketPathMustFitIntoItsAddress() {
    DeviceString device = DeviceString.parse("net_memif0,socket=/" + "x".repeat(107));
    assertThrows(DpdkException.class, () -> DevicePrerequisites.check(device));
  }

  @Test
  void whatDpdkKnowsBetterIsLeftToIt() {
    assertDoesNotThrow(
        () -> {
          DevicePrerequisites.check(DeviceString.parse("net_memif0,role=client,id=3"));
          DevicePrerequisites.check(DeviceString.parse("net_virtio_user0,any=thing"));
          DevicePrerequisites.check(DeviceString.parse("0000:03:00.0"));
        });
  }
}
