package dev.sidestep.stack.config;

/** A setting that cannot be used. The message is one line, made for the user. */
public final class ConfigException extends RuntimeException {

  /**
   * @param line what is wrong and what would be right, in one line
   */
  public ConfigException(String line) {
    // A user's mistake: where in our code it was noticed says nothing.
    super(line, null, false, false);
  }

  /** The line for a value that its setting does not accept. */
  static ConfigException badValue(Setting setting, String value, String origin, String reason) {
    return new ConfigException(
        setting.propertyName()
            + "="
            + value
            + origin
            + ": "
            + reason
            + "; accepted: "
            + setting.accepts());
  }

  /** The exception's line. */
  public String line() {
    return String.valueOf(getMessage());
  }
}
