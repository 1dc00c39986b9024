package dev.sidestep.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.sidestep.stack.config.Setting;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandLineTest {

  private static final int WIDEST_TERMINAL_WE_ASK_FOR = 100;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @Test
  void noArgumentIsAnsweredWithTheHelp() {
    assertEquals(0, run());
    assertEquals(HelpText.of("(not packaged)"), text(out));
    assertEquals("", text(err));
  }

  @ParameterizedTest
  @ValueSource(strings = {"--help", "-h", "-help", "help"})
  void helpIsFoundUnderTheNamesPeopleTry(String argument) {
    assertEquals(0, run(argument));
    assertTrue(text(out).startsWith("Sidestep "), text(out));
  }

  @ParameterizedTest
  @EnumSource(Setting.class)
  void helpExplainsTheSettingWithUnitDefaultAndExample(Setting setting) {
    String help = HelpText.of("1");
    int from = help.indexOf("\n  " + setting.propertyName() + "\n");
    String entry = help.substring(from, help.indexOf("\n\n", from)).replaceAll("\\s+", " ");
    assertTrue(entry.contains(setting.description()), entry);
    assertTrue(entry.contains("Accepted: " + setting.accepts() + "."), entry);
    String standing = setting.defaultText().isEmpty() ? "none" : setting.defaultText();
    assertTrue(entry.contains("Default: " + standing + "."), entry);
    assertTrue(setting.unit().isEmpty() || entry.contains("Unit: " + setting.unit() + "."), entry);
    assertTrue(entry.contains("-D" + setting.propertyName() + "=" + setting.example()), entry);
  }

  @Test
  void helpFitsOnTheTerminal() {
    HelpText.of("0.1.0-SNAPSHOT")
        .lines()
        .forEach(line -> assertTrue(line.length() <= WIDEST_TERMINAL_WE_ASK_FOR, line));
  }

  @Test
  void unknownArgumentIsRefusedWithAHint() {
    assertEquals(2, run("--hlep"));
    assertEquals(
        "sidestep: unknown argument --hlep; try: java -jar sidestep-agent.jar --help\n", text(err));
    assertEquals("", text(out));
  }

  @Test
  void argumentTooManyIsRefused() {
    assertEquals(2, run("--version", "now"));
    assertTrue(text(err).startsWith("sidestep: unknown argument now; "), text(err));
  }

  @Test
  void optionInTheFilesPlaceIsNotTakenForAFile() {
    assertEquals(2, run("--check", "--file"));
    assertTrue(text(err).startsWith("sidestep: unknown argument --file; "), text(err));
  }

  @ParameterizedTest
  @ValueSource(strings = {"--check -Dsidestep.mtu=9000", "-Dsidestep.mtu=9000 --check"})
  void propertyBehindTheJarIsAnsweredWithItsPlace(String arguments) {
    assertEquals(2, run(arguments.split(" ")));
    assertEquals(
        "sidestep: Java does not see -Dsidestep.mtu=9000 behind -jar; put it before -jar\n",
        text(err));
  }

  @Test
  void checkSaysWhatGoesWhere(@TempDir Path directory) throws IOException {
    Path file =
        Files.writeString(
            directory.resolve("sidestep.properties"),
            """
            sidestep.device = net_null0;net_null1
            sidestep.address = 192.0.2.1/24, 198.51.100.1/24, 203.0.113.1/24
            sidestep.gateway = 192.0.2.254
            sidestep.loopback = stack
            """);
    int status = run("--check", file.toString());
    assumeFalse(text(err).contains("apt-get install"), "DPDK is not installed");
    assertEquals(0, status, text(err));
    String said = text(out);
    assertTrue(said.contains("sidestep.gateway       192.0.2.254\n"), said);
    assertTrue(said.contains("sidestep.memory        256m  (default)\n"), said);
    assertTrue(
        said.endsWith(
            """
            On the stack: 192.0.2.1/24 on device net_null0.
            On the stack: 198.51.100.1/24 on device net_null1.
            On the stack: 203.0.113.1/24 on device net_null1.
            On the stack: destinations in none of these networks, by gateway 192.0.2.254.
            On the stack: 127.0.0.0/8, inside the process.
            On the kernel: everything else.
            """),
        said);
  }

  @Test
  void checkOfNothingSaysThatNothingGoesToTheStack() {
    assertEquals(0, run("--check"));
    assertTrue(text(out).contains("On the kernel: everything, as neither"), text(out));
  }

  @Test
  void checkOfABadSettingIsOneLineAndAnExitCode(@TempDir Path directory) throws IOException {
    Path file = Files.writeString(directory.resolve("x"), "sidestep.mut=9000\n");
    assertEquals(1, run("--check", file.toString()));
    assertEquals(
        "sidestep: unknown setting sidestep.mut (in " + file + "); did you mean sidestep.mtu?\n",
        text(err));
    assertEquals("", text(out));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          eth0                            | for an interface of the kernel write net_af_packet0,iface=eth0
          net_memif0,role=master          | role is 'server' or 'client', not 'master'
          net_memfi0                      | there is no driver net_memfi; did you mean net_memif?
          net_af_packet0,iface=nosuch     | there is no interface nosuch; there are lo
          net_memif0,zero-copy=yes        | zero-copy=yes needs sidestep.eal=--single-file-segments
          net_tap0,remote=nosuch          | there is no interface nosuch; there are lo
          """)
  void checkOfADeviceThatCannotBeUsedSaysWhatWouldBeRight(
      String device, String why, @TempDir Path directory) throws IOException {
    Path file =
        Files.writeString(
            directory.resolve("x"),
            "sidestep.device=" + device + "\nsidestep.address=192.0.2.1/24\n");
    assertEquals(1, run("--check", file.toString()));
    assertTrue(
        text(err).startsWith("sidestep: the stack cannot start: sidestep.device=" + device + ": "),
        text(err));
    assertTrue(text(err).contains(why), text(err));
    assertEquals(1, text(err).lines().count());
    assertTrue(text(out).contains("On the stack: 192.0.2.1/24 on device " + device), text(out));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          net_null0                     | --bogus       | sidestep.eal: '--bogus' is no option of DPDK's
          net_null0                     | --proc-type x | sidestep.eal: '--proc-type=x': this process is its own
          net_memif0;net_memif1         | -m 64         | sidestep.device=net_memif1: it is the same end of the same
          """)
  void checkOfSettingsThatCannotBeUsedSaysWhy(
      String devices, String eal, String why, @TempDir Path directory) throws IOException {
    Path file =
        Files.writeString(
            directory.resolve("x"),
            "sidestep.device=%s\nsidestep.eal=%s\nsidestep.address=192.0.2.1/24,192.0.3.1/24\n"
                .formatted(devices, eal));
    assertEquals(1, run("--check", file.toString()));
    assertTrue(text(err).startsWith("sidestep: the stack cannot start: " + why), text(err));
  }

  private int run(String... arguments) {
    return CommandLine.run(arguments, stream(out), stream(err));
  }

  private static PrintStream stream(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }

  private static String text(ByteArrayOutputStream bytes) {
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
