package dev.sidestep.stack.nic.dpdk;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sidestep.stack.nic.dpdk.ffi.DpdkAbi;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class DevicePrerequisitesTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          net_memif0,rol=server                                   | does not know 'rol', only [bsize,
          net_memif0,rol=server                                   | did you mean role?
          net_memif0,role=master                                  | role is 'server' or 'client', not 'master'
          net_memif0,bsize=70000                                  | bsize is a whole number from 1 to 65535
          net_memif0,rsize=                                       | rsize is a whole number from 1 to 14
          net_memif0,socket-abstract=false                        | socket-abstract is 'yes' or 'no'
          net_memif0,mac=1:2:3:4:5                                | mac is a MAC address
          net_memif0,socket=                                      | socket is a value
          net_memfi0                                              | no driver net_memfi; did you mean net_memif?
          net_af_paket0,iface=lo                                  | did you mean net_af_packet?
          net_tap0,mac=fixd                                       | mac is fixed or a MAC address
          net_af_packet0,iface=lo,qpairs=0                        | qpairs is a whole number from 1 to 16
          net_null0,no-rx=yes                                     | no-rx is a whole number from 0 to 1
          ffff:ff:1f.7                                            | there is no PCI device ffff:ff:1f.7
          net_memif0,socket=/no/such/a.sock,socket-abstract=no    | /no/such does not exist
          net_memiff0,role=server                                 | no driver net_memiff; did you mean net_memif?
          net_tap0,interface=tap0                                 | does not know 'interface'
          net_null0,sise=64                                       | does not know 'sise'
          net_tap0,remote=nosuch                                  | there is no interface nosuch; there are lo
          net_memif0,zero-copy=yes                                | needs sidestep.eal=--single-file-segments
          net_af_packet0                                          | iface=<name>
          net_af_packet0,iface=nosuch                             | there is no interface nosuch; there are lo
          net_af_xdp0,iface=nosuch                                | there is no interface nosuch
          """)
  void aDeviceThatCannotWorkIsRefusedBeforeDpdkSeesIt(String text, String why) {
    DeviceString device = DeviceString.parse(text);
    String message = assertThrows(DpdkException.class, () -> check(device)).getMessage();
    assertTrue(message.startsWith("sidestep.device=" + text), message);
    assertTrue(message.contains(why), message);
  }

  @Test
  void aSocketPathMustFitIntoItsAddress() {
    DeviceString device = DeviceString.parse("net_memif0,socket=/" + "x".repeat(107));
    assertThrows(DpdkException.class, () -> check(device));
  }

  @Test
  void whatDpdkKnowsBetterIsLeftToIt() {
    assertDoesNotThrow(
        () -> {
          check(DeviceString.parse("net_memif0,role=client,id=3"));
          check(DeviceString.parse("net_null0,size=64,copy=0"));
          check(DeviceString.parse("net_memif0,role=server,zero-copy=yes"));
          DevicePrerequisites.check(
              DeviceString.parse("net_memif0,zero-copy=yes"), List.of("--single-file-segments"));
          check(DeviceString.parse("net_virtio_user0,any=thing"));
          check(DeviceString.parse("net_of_somebody_else0"));
        });
  }

  private static void check(DeviceString device) {
    DevicePrerequisites.check(device, List.of());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          net_null0                      | net_null0,size=64             | two devices of this name
          0000:03:00.0                   | 03:00.0                       | two devices of this name
          net_memif0,role=server         | net_memif1,role=server        | the same link as net_memif0; give it another id= or socket=
          net_memif0,id=7                | net_memif1,id=07,role=client  | another id= or socket=, or role=server
          net_memif0,socket=/run/memif.sock | net_memif1                 | the same link as net_memif0
          """)
  void devicesThatAreEachRightMayNotWorkSideBySide(String first, String second, String why) {
    List<DeviceString> devices = List.of(DeviceString.parse(first), DeviceString.parse(second));
    String message =
        assertThrows(DpdkException.class, () -> DevicePrerequisites.checkTogether(devices))
            .getMessage();
    assertTrue(message.startsWith("sidestep.device=" + second + ": "), message);
    assertTrue(message.contains(why), message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          net_memif0,role=server         | net_memif1,role=client
          net_memif0,role=server         | net_memif1,role=server,id=1
          net_memif0,role=server         | net_memif1,role=server,socket=/tmp/other.sock
          net_null0                      | net_null1
          """)
  void bothEndsOfALinkAndSeveralLinksMay(String first, String second) {
    assertDoesNotThrow(
        () ->
            DevicePrerequisites.checkTogether(
                List.of(DeviceString.parse(first), DeviceString.parse(second))));
  }

  @ParameterizedTest
  @EnumSource(DpdkAbi.class)
  void xdpSocketsNeedADriverThatShowsTheKernelAllPackets(DpdkAbi abi) {
    DeviceString device = DeviceString.parse("net_af_xdp0,iface=eth0");
    if (abi.soVersion() >= 25) {
      assertDoesNotThrow(() -> DevicePrerequisites.check(device, abi));
      return;
    }
    String message =
        assertThrows(DpdkException.class, () -> DevicePrerequisites.check(device, abi))
            .getMessage();
    assertEquals(
        "sidestep.device=net_af_xdp0,iface=eth0: net_af_xdp of DPDK "
            + abi.release()
            + " loses packets, since it shows the kernel only a part of their memory; use"
            + " net_af_packet with the same iface=, or DPDK 24.11 or newer",
        message);
  }
}
