package dev.sidestep.stack.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class SettingTest {

  private static final Path README = Path.of("..", "README.md");

  @ParameterizedTest
  @EnumSource(Setting.class)
  void everyRowIsComplete(Setting setting) {
    assertTrue(setting.propertyName().startsWith(Setting.PREFIX), setting.propertyName());
    assertFalse(setting.accepts().isBlank());
    assertFalse(setting.description().isBlank());
    assertTrue(setting.description().endsWith("."), setting.description());
    assertEquals(setting, Setting.named(setting.propertyName()));
  }

  @ParameterizedTest
  @EnumSource(Setting.class)
  void everyExampleIsAcceptedAndChangesSomething(Setting setting) {
    ConfigDraft draft = new ConfigDraft();
    // What the gateway and the strict mode depend on.
    draft.set(Setting.DEVICE, "net_null0");
    draft.set(Setting.ADDRESS, "192.0.2.7/24");
    String before = setting.valueIn(draft.finish());
    draft.set(setting, setting.example());
    assertNotEquals(before, setting.valueIn(draft.finish()));
  }

  @ParameterizedTest
  @EnumSource(Setting.class)
  void everyDefaultShowsAsItIsWritten(Setting setting) {
    assertEquals(setting.defaultText(), setting.valueIn(SettingsReader.defaults()));
  }

  @Test
  void namesAreUniqueAndOthersAreUnknown() {
    Set<String> names = new HashSet<>();
    for (Setting setting : Setting.values()) {
      assertTrue(names.add(setting.propertyName()));
    }
    assertNull(Setting.named("sidestep.mtus"));
  }

  @Test
  void tableHasOneLineForEverySettingAndNoStrayColumns() {
    assertEquals(Setting.values().length + 2, Setting.markdownTable().lines().count());
    Setting.markdownTable()
        .lines()
        .forEach(line -> assertEquals(7, line.chars().filter(c -> c == '|').count(), line));
  }

  @Test
  void readmeHoldsThisVeryTable() throws IOException {
    Assumptions.assumeTrue(Files.exists(README), "no README.md beside the module");
    String text = Files.readString(README);
    assertTrue(
        text.contains(Setting.markdownTable()),
        () -> "README.md must hold this table of the settings:\n\n" + Setting.markdownTable());
  }

  @ParameterizedTest
  @CsvSource({"kitten, sitting, 3", "'', abc, 3", "abc, '', 3", "mtu, mut, 2", "same, same, 0"})
  void editDistanceIsLevenshteins(String a, String b, int distance) {
    assertEquals(distance, NearestName.editDistance(a, b));
  }
}
