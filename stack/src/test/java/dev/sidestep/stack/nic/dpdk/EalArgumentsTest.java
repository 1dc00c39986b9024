package dev.sidestep.stack.nic.dpdk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class EalArgumentsTest {

  @Test
  void withoutHugepagesOrdinaryMemoryIsReserved() {
    assertEquals(
        List.of(
            "sidestep",
            "--lcores=0@(0-3)",
            "--no-huge",
            "-m",
            "512",
            "--no-shconf",
            "--file-prefix=sidestep-42",
            "--no-telemetry",
            "--log-level=pmd.net.memif:info",
            "--no-pci",
            "--iova-mode=va"),
        build(List.of(), false));
  }

  @Test
  void withHugepagesNothingIsReservedAndNoFileIsMade() {
    List<String> arguments = build(List.of(), true);
    assertTrue(arguments.contains("--in-memory"), arguments::toString);
    assertFalse(arguments.contains("--no-huge"), arguments::toString);
    assertFalse(arguments.contains("-m"), arguments::toString);
  }

  @Test
  void theUsersArgumentsReplaceOurs() {
    List<String> arguments =
        build(List.of("-l", "2", "-m64", "--file-prefix=mine", "--iova-mode=pa"), false);
    assertFalse(arguments.contains("--lcores=0@(0-3)"), arguments::toString);
    assertFalse(arguments.contains("512"), arguments::toString);
    assertTrue(arguments.contains("--no-huge"), arguments::toString);
    assertFalse(arguments.contains("--file-prefix=sidestep-42"), arguments::toString);
    assertFalse(arguments.contains("--iova-mode=va"), arguments::toString);
    assertEquals(
        List.of("-l", "2", "-m64", "--file-prefix=mine", "--iova-mode=pa"),
        arguments.subList(arguments.size() - 5, arguments.size()));
  }

  @Test
  void theUserChoosesTheKindOfMemory() {
    assertTrue(build(List.of("--no-huge"), true).contains("512"));
    assertFalse(build(List.of("--in-memory"), false).contains("--no-huge"));
    assertFalse(build(List.of("--huge-dir=/mnt/huge"), true).contains("--in-memory"));
  }

  @Test
  void onlyTheNamedPciDevicesAreTouched() {
    List<String> arguments =
        EalArguments.build(
            List.of(), "0", true, 512, List.of(DeviceString.parse("0000:03:00.0,a=b")), 42);
    assertFalse(arguments.contains("--no-pci"), arguments::toString);
    assertFalse(arguments.contains("--iova-mode=va"), arguments::toString);
    assertEquals("0000:03:00.0,a=b", arguments.get(arguments.indexOf("-a") + 1));
  }

  @Test
  void argumentsThatEndOrBlockTheProcessAreRefused() {
    for (String argument :
        List.of("-h", "-hv", "--help", "-v", "--version", "--proc-type=secondary")) {
      assertRefused("'" + argument + "'", argument);
    }
    assertRefused("'--log-level=help' makes DPDK end the process", "--log-level", "help");
    assertRefused("'--proc-type=secondary': this process is its own primary", "--proc=secondary");
  }

  private static void assertRefused(String why, String... arguments) {
    String message =
        assertThrows(DpdkException.class, () -> build(List.of(arguments), false)).getMessage();
    assertTrue(message.startsWith("sidestep.eal: " + why), message);
  }

  @Test
  void whatIsNoOptionOfDpdksIsRefused() {
    assertRefused("'--bogus' is no option of DPDK's", "--bogus");
    assertRefused("'--no-hugh' is no option of DPDK's; did you mean --no-huge?", "--no-hugh");
    assertRefused("'no-huge' is no option of DPDK's; did you mean --no-huge?", "no-huge");
    assertRefused("'--no-' is no option of DPDK's", "--no-");
    assertRefused("'-x' is no option of DPDK's", "-x");
    assertRefused("'-' is no option of DPDK's", "-");
    assertRefused("a value has to follow '-m'", "--no-huge", "-m");
    assertRefused("a value has to follow '--socket-mem'", "--socket-mem");
  }

  @Test
  void whatIsAbbreviatedIsUnderstood() {
    List<String> arguments = build(List.of("--no-tel", "--file-p", "mine"), false);
    assertTrue(arguments.contains("--file-prefix=mine"), arguments::toString);
    assertEquals(1, arguments.stream().filter("--no-telemetry"::equals).count());
  }

  @Test
  void oneFileForAllSegmentsIsNoKindOfMemory() {
    assertTrue(build(List.of("--single-file-segments"), true).contains("--in-memory"));
    assertTrue(build(List.of("--single-file-segments"), false).contains("--no-huge"));
  }

  private static List<String> build(List<String> fromUser, boolean hugepages) {
    return EalArguments.build(fromUser, "0-3", hugepages, 512, List.of(), 42);
  }
}
