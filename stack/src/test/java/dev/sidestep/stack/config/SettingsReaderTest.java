package dev.sidestep.stack.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sidestep.stack.wire.IpAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsReaderTest {

  private static final String DEVICE = "sidestep.device=net_null0";
  private static final String ADDRESS = "sidestep.address=192.0.2.1/24";

  @Test
  void nothingSetLeavesEverythingToTheKernel() {
    StackConfig config = read();
    assertFalse(config.carriesAnything());
    assertEquals(Profile.BALANCED, config.profile());
    assertEquals(256L << 20, config.socketMemoryBytes());
    assertEquals(TimeUnit.SECONDS.toNanos(5), config.exitLingerNanos());
    assertNull(config.gateway());
    assertNull(config.captureFile());
    assertEquals(0, config.mtuBytes());
    assertEquals(config, SettingsReader.defaults());
  }

  @Test
  void everySettingIsRead() {
    StackConfig config =
        read(
            "sidestep.device=net_memif0,role=server,socket=/tmp/a b.sock; 0000:03:00.0",
            "sidestep.address=192.0.2.1/24 ,198.51.100.7/32",
            "sidestep.gateway=192.0.2.254",
            "sidestep.mtu=9000",
            "sidestep.profile=latency",
            "sidestep.strict=true",
            "sidestep.eal=--file-prefix=a  --log-level='pmd:debug x'",
            "sidestep.loopback=stack",
            "sidestep.stats=exit",
            "sidestep.capture=/tmp/x.pcap",
            "sidestep.memory=1g",
            "sidestep.exit-linger=1500ms");
    assertEquals(
        List.of("net_memif0,role=server,socket=/tmp/a b.sock", "0000:03:00.0"), config.devices());
    assertEquals(
        List.of(
            new InterfaceAddress(ip("192.0.2.1"), 24),
            new InterfaceAddress(ip("198.51.100.7"), 32)),
        config.addresses());
    assertEquals(ip("192.0.2.254"), config.gateway());
    assertEquals(9000, config.mtuBytes());
    assertEquals(Profile.LATENCY, config.profile());
    assertTrue(config.strict());
    assertEquals(List.of("--file-prefix=a", "--log-level=pmd:debug x"), config.ealArguments());
    assertTrue(config.loopbackOnStack());
    assertTrue(config.statsAtExit());
    assertEquals("/tmp/x.pcap", config.captureFile());
    assertEquals(1L << 30, config.socketMemoryBytes());
    assertEquals(TimeUnit.MILLISECONDS.toNanos(1500), config.exitLingerNanos());
  }

  @Test
  void whatAConfigurationShowsReadsBackAsTheSameConfiguration() {
    StackConfig config =
        read(
            DEVICE,
            ADDRESS,
            "sidestep.gateway=192.0.2.254",
            "sidestep.eal=-a 'b c' \"d'e\"",
            "sidestep.memory=1536k",
            "sidestep.exit-linger=2m");
    Properties shown = new Properties();
    for (Setting setting : Setting.values()) {
      shown.setProperty(setting.propertyName(), setting.valueIn(config));
    }
    assertEquals(config, new SettingsReader(shown, null).read());
  }

  @Test
  void propertyWinsOverFile(@TempDir Path directory) throws IOException {
    Path file =
        write(directory, "# a comment\nsidestep.loopback = stack  \nsidestep.profile=latency\n");
    Properties system = properties("sidestep.profile=throughput");
    StackConfig config = new SettingsReader(system, file.toString()).read();
    assertTrue(config.loopbackOnStack());
    assertEquals(Profile.THROUGHPUT, config.profile());
  }

  @Test
  void emptyPropertyTakesTheFilesListAway(@TempDir Path directory) throws IOException {
    Path file = write(directory, DEVICE + "\n" + ADDRESS + "\n");
    Properties system = properties("sidestep.device=", "sidestep.address=");
    assertFalse(new SettingsReader(system, file.toString()).read().carriesAnything());
  }

  @Test
  void otherPrefixesAreNotLookedAt() {
    assertEquals(SettingsReader.defaults(), read("sidesteps.mtu=x", "java.mtu=y", "sidestep=z"));
  }

  @ParameterizedTest
  @CsvSource({
    "sidestep.adress, sidestep.address",
    "sidestep.Device, sidestep.device",
    "sidestep.mut, sidestep.mtu",
    "sidestep.exitlinger, sidestep.exit-linger",
    "sidestep.exit.linger, sidestep.exit-linger",
    "sidestep.loopbak, sidestep.loopback",
    "sidestep.gatway, sidestep.gateway"
  })
  void misspeltNameIsAnsweredWithTheNearest(String misspelt, String meant) {
    assertEquals(
        "unknown setting " + misspelt + "; did you mean " + meant + "?", failure(misspelt + "=1"));
  }

  @Test
  void nameNearNothingIsAnsweredWithAllNames() {
    String line = failure("sidestep.test.mode=1");
    assertTrue(line.startsWith("unknown setting sidestep.test.mode; there are "), line);
    for (Setting setting : Setting.values()) {
      assertTrue(line.contains(setting.propertyName()), line);
    }
  }

  @Test
  void everyNameInTheFileMustBeASetting(@TempDir Path directory) throws IOException {
    Path file = write(directory, "device=net_null0\n");
    String line = failure(new SettingsReader(new Properties(), file.toString()));
    assertTrue(line.startsWith("unknown setting device (in " + file + ")"), line);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "sidestep.mtu=575 | out of range",
        "sidestep.mtu=65001 | out of range",
        "sidestep.mtu=99999999999999999999 | out of range",
        "sidestep.mtu=9k | not a whole number",
        "sidestep.mtu=-1 | not a whole number",
        "sidestep.mtu= | the value is missing",
        "sidestep.profile=Latency | no such profile",
        "sidestep.strict=yes | neither true nor false",
        "sidestep.strict= | the value is missing",
        "sidestep.loopback=on | neither stack nor kernel",
        "sidestep.stats=true | neither exit nor off",
        "sidestep.memory=1023k | out of range",
        "sidestep.memory=1025g | out of range",
        "sidestep.memory=9999999999999g | out of range",
        "sidestep.memory=lots | not a whole number",
        "sidestep.memory=m | not a whole number",
        "sidestep.memory= | the value is missing",
        "sidestep.exit-linger=5 | the unit is missing",
        "sidestep.exit-linger=11m | out of range",
        "sidestep.exit-linger=9999999999999m | out of range",
        "sidestep.exit-linger=1.5s | not a whole number",
        "sidestep.exit-linger=-1s | not a whole number",
        "sidestep.eal=--a 'b | a quote ' is not closed",
        "sidestep.capture=/tmp | this is a directory",
        "sidestep.capture=/ | this is a directory",
        "sidestep.capture=/no/such/x.pcap | there is no directory /no/such",
        "sidestep.device=net_null0; | an entry is empty",
        "sidestep.device=net_null0;net_null0,a=b | device net_null0 is named twice",
        "sidestep.device=role=server | 'role=server' does not start with a device name",
        "sidestep.device=,a | ',a' does not start with a device name",
        "sidestep.gateway=2001:db8::1"
            + " | the stack carries IPv4 only so far; IPv6 stays on the kernel",
        "sidestep.gateway=gw.example | 'gw.example' is not an IP address",
      })
  void badValueIsRefusedWithTheReasonAndWhatIsAccepted(String setting, String reason) {
    String name = setting.substring(0, setting.indexOf('='));
    String accepts = "";
    for (Setting row : Setting.values()) {
      accepts = row.propertyName().equals(name) ? row.accepts() : accepts;
    }
    assertEquals(setting + ": " + reason + "; accepted: " + accepts, failure(setting));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "192.0.2.1 | the prefix length is missing, as in 192.0.2.1/24",
        "2001:db8::1 | the prefix length is missing, as in 2001:db8::1/64",
        "192.0.2.1/33 | the prefix length of 192.0.2.1/33 is not a number from 0 to 32",
        "192.0.2.1/ | the prefix length of 192.0.2.1/ is not a number from 0 to 32",
        "192.0.2.1/-1 | the prefix length of 192.0.2.1/-1 is not a number from 0 to 32",
        "192.0.2.1/024 | the prefix length of 192.0.2.1/024 is not a number from 0 to 32",
        "2001:db8::1/129 | the prefix length of 2001:db8::1/129 is not a number from 0 to 128",
        "192.0.2/24 | '192.0.2' is not an IP address",
        "192.0.2.1.5/24 | '192.0.2.1.5' is not an IP address",
        "192.0.2.010/24 | '192.0.2.010' is not an IP address",
        "192.0.2.256/24 | '192.0.2.256' is not an IP address",
        "0x7f.1.1.1/24 | '0x7f.1.1.1' is not an IP address",
        "localhost/8 | 'localhost' is not an IP address",
        "fe80::1%lo/64 | 'fe80::1%lo' is not an IP address",
        "[2001:db8::1]/64 | '[2001:db8::1]' is not an IP address",
        "2001:db8::1::2/64 | '2001:db8::1::2' is not an IP address",
        "::ffff:192.0.2.1/120 | ::ffff:192.0.2.1 is an IPv4 address; write it as such",
        "192.0.2.0/24 | 192.0.2.0/24 is the network's own address",
        "192.0.2.255/24 | 192.0.2.255/24 is the broadcast address",
        "224.0.0.1/24 | 224.0.0.1 is not the address of one host",
        "255.255.255.255/32 | 255.255.255.255 is not the address of one host",
        "0.0.0.0/0 | 0.0.0.0 is not the address of one host",
        "::/0 | 0:0:0:0:0:0:0:0 is not the address of one host",
        "ff02::1/64 | ff02:0:0:0:0:0:0:1 is not the address of one host",
        "127.0.0.1/8 | 127.0.0.1 is a loopback address"
            + " (these are served by sidestep.loopback=stack)",
        "2001:db8::1/64 | the stack carries IPv4 only so far; IPv6 stays on the kernel",
        "192.0.2.1/24,fe80::1/64"
            + " | the stack carries IPv4 only so far; IPv6 stays on the kernel",
        "192.0.2.1/24,192.0.2.1/25 | 192.0.2.1 is given twice",
        "192.0.2.1/24,,192.0.2.2/24 | an entry is empty",
        "192.0.2.1/24;192.0.2.2/24"
            + " | the prefix length of 192.0.2.1/24;192.0.2.2/24 is not a number from 0 to 32"
      })
  void badAddressIsRefusedWithTheReason(String value, String reason) {
    assertEquals(
        "sidestep.address=" + value + ": " + reason + "; accepted: " + Setting.ADDRESS.accepts(),
        failure(DEVICE, "sidestep.address=" + value));
  }

  @ParameterizedTest
  @ValueSource(strings = {"192.0.2.0/31", "192.0.2.255/32", "10.255.255.255/0"})
  void addressThatAHostMayOwnIsTaken(String value) {
    assertEquals(1, read(DEVICE, "sidestep.address=" + value).addresses().size());
  }

  @Test
  void settingsThatContradictEachOtherAreRefused() {
    assertEquals("sidestep.address is set, but sidestep.device is not", failure(ADDRESS));
    assertEquals(
        "sidestep.address is set, but sidestep.device is not",
        failure(ADDRESS, "sidestep.loopback=stack"));
    assertEquals("sidestep.device is set, but sidestep.address is not", failure(DEVICE));
    assertEquals(
        "sidestep.device names 2 devices, but sidestep.address only 1 addresses; every device"
            + " needs one",
        failure("sidestep.device=net_null0;net_null1", ADDRESS));
    assertEquals(
        "sidestep.gateway=198.51.100.1: in none of the networks of sidestep.address",
        failure(DEVICE, ADDRESS, "sidestep.gateway=198.51.100.1"));
    assertEquals(
        "sidestep.gateway=192.0.2.1: in none of the networks of sidestep.address",
        failure("sidestep.gateway=192.0.2.1"));
    assertEquals(
        "sidestep.gateway=192.0.2.1: this is our own address",
        failure(DEVICE, ADDRESS, "sidestep.gateway=192.0.2.1"));
    assertEquals(
        "sidestep.strict=true, but neither sidestep.device nor sidestep.loopback=stack is set, so"
            + " the stack has nothing to carry",
        failure("sidestep.strict=true"));
  }

  @Test
  void fileThatCannotBeReadIsSaidSo(@TempDir Path directory) throws IOException {
    String missing = directory.resolve("none").toString();
    assertEquals(
        "cannot read the settings file " + missing + ": there is no such file",
        failure(new SettingsReader(new Properties(), missing)));
    assertEquals(
        "cannot read the settings file " + directory + ": Is a directory",
        failure(new SettingsReader(new Properties(), directory.toString())));
    Path latin1 = directory.resolve("latin1");
    Files.write(latin1, "# \u00e4\n".getBytes(StandardCharsets.ISO_8859_1));
    assertEquals(
        "cannot read the settings file " + latin1 + ": it is not UTF-8 text",
        failure(new SettingsReader(new Properties(), latin1.toString())));
    Path escape = write(directory, "sidestep.mtu=\\u12\n");
    assertTrue(
        failure(new SettingsReader(new Properties(), escape.toString())).contains("\\uxxxx"));
  }

  @Test
  void mistakeInTheFileNamesTheFile(@TempDir Path directory) throws IOException {
    Path file = write(directory, "sidestep.mtu=5\n");
    String line = failure(new SettingsReader(new Properties(), file.toString()));
    assertTrue(line.startsWith("sidestep.mtu=5 (in " + file + "): out of range; "), line);
  }

  @Test
  void strictIsKnownEvenIfTheRestCannotBeUsed(@TempDir Path directory) throws IOException {
    assertTrue(strictAfterFailure(properties("sidestep.strict=true", "sidestep.mtu=x"), null));
    assertFalse(strictAfterFailure(properties("sidestep.strict=maybe"), null));
    Path file = write(directory, "sidestep.strict=true\nsidestep.mtu=x\n");
    assertTrue(strictAfterFailure(new Properties(), file.toString()));
    assertFalse(strictAfterFailure(properties("sidestep.strict=false"), file.toString()));
  }

  private static boolean strictAfterFailure(Properties system, @Nullable String file) {
    SettingsReader reader = new SettingsReader(system, file);
    assertThrows(ConfigException.class, reader::read);
    return reader.isStrict();
  }

  private static Path write(Path directory, String text) throws IOException {
    return Files.writeString(directory.resolve("sidestep.properties"), text);
  }

  private static IpAddress ip(String literal) {
    return IpAddress.of(InetAddress.ofLiteral(literal));
  }

  private static StackConfig read(String... settings) {
    return new SettingsReader(properties(settings), null).read();
  }

  private static String failure(String... settings) {
    return failure(new SettingsReader(properties(settings), null));
  }

  private static String failure(SettingsReader reader) {
    String line = assertThrows(ConfigException.class, reader::read).line();
    assertEquals(1, line.lines().count(), line);
    return line;
  }

  private static Properties properties(String... settings) {
    Properties properties = new Properties();
    for (String setting : settings) {
      int equals = setting.indexOf('=');
      properties.setProperty(setting.substring(0, equals), setting.substring(equals + 1));
    }
    return properties;
  }
}
