package dev.sidestep.stack.config;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Reads the settings: system properties named {@code sidestep.*} over an optional file in the
 * format of {@link Properties}, in UTF-8. A property wins over the file's value. Every name that
 * starts with {@code sidestep.} must be a {@link Setting}; other system properties are not looked
 * at. For one thread.
 */
public final class SettingsReader {

  private final Properties system;
  private final @Nullable String file;
  private final Properties fromFile = new Properties();

  /**
   * @param system the system properties
   * @param file path of the settings file, or {@code null} for none
   */
  public SettingsReader(Properties system, @Nullable String file) {
    this.system = system;
    this.file = file;
  }

  /** The configuration of a process that has set nothing: everything stays with the kernel. */
  public static StackConfig defaults() {
    return new ConfigDraft().finish();
  }

  /**
   * Reads and checks everything.
   *
   * @throws ConfigException with one line about the first thing that is wrong
   */
  public StackConfig read() {
    ConfigDraft draft = new ConfigDraft();
    if (file != null) {
      load(file);
      apply(draft, fromFile, fromFile.stringPropertyNames(), " (in " + file + ")");
    }
    apply(draft, system, ourNames(system), "");
    return draft.finish();
  }

  /**
   * Whether the user asked for failure instead of the kernel, as far as it could be read: to be
   * asked after {@link #read} has thrown.
   */
  public boolean isStrict() {
    String name = Setting.STRICT.propertyName();
    String value = system.getProperty(name, fromFile.getProperty(name, ""));
    return value.strip().equals("true");
  }

  private void load(String path) {
    try (Reader reader = Files.newBufferedReader(Path.of(path))) {
      fromFile.load(reader);
    } catch (NoSuchFileException | InvalidPathException e) {
      throw unreadable(path, "there is no such file");
    } catch (AccessDeniedException e) {
      throw unreadable(path, "no permission to read it");
    } catch (CharacterCodingException e) {
      throw unreadable(path, "it is not UTF-8 text");
    } catch (IOException | IllegalArgumentException e) {
      // Properties.load throws IllegalArgumentException for a malformed Unicode escape.
      throw unreadable(path, String.valueOf(e.getMessage()));
    }
  }

  private static ConfigException unreadable(String path, String reason) {
    return new ConfigException("cannot read the settings file " + path + ": " + reason);
  }

  private static Set<String> ourNames(Properties properties) {
    Set<String> names = new HashSet<>();
    for (String name : properties.stringPropertyNames()) {
      if (name.startsWith(Setting.PREFIX)) {
        names.add(name);
      }
    }
    return names;
  }

  private static void apply(
      ConfigDraft draft, Properties source, Set<String> names, String origin) {
    // Sorted, so that of several mistakes the same one is always reported.
    for (String name : new TreeSet<>(names)) {
      Setting setting = Setting.named(name);
      if (setting == null) {
        throw new ConfigException(unknown(name, origin));
      }
      set(draft, setting, source.getProperty(name, "").strip(), origin);
    }
  }

  private static void set(ConfigDraft draft, Setting setting, String value, String origin) {
    try {
      draft.set(setting, value);
    } catch (IllegalArgumentException e) {
      throw ConfigException.badValue(setting, value, origin, String.valueOf(e.getMessage()));
    }
  }

  private static String unknown(String name, String origin) {
    List<String> names = Arrays.stream(Setting.values()).map(Setting::propertyName).toList();
    String nearest = NearestName.of(name, names, Setting.PREFIX);
    return "unknown setting "
        + name
        + origin
        + (nearest == null
            ? "; there are " + String.join(" ", names)
            : "; did you mean " + nearest + "?");
  }
}
