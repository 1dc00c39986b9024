package dev.sidestep.stack.config;

import dev.sidestep.stack.wire.IpAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A {@link StackConfig} in the making: one value at a time, then the checks between them. */
final class ConfigDraft {

  private List<String> devices = List.of();
  private List<InterfaceAddress> addresses = List.of();
  private @Nullable IpAddress gateway;
  private int mtuBytes;
  private Profile profile = Profile.BALANCED;
  private boolean strict;
  private List<String> ealArguments = List.of();
  private boolean loopbackOnStack;
  private Wildcard wildcard = Wildcard.BOTH;
  private boolean hideNativeTransports;
  private boolean banner;
  private boolean statsAtExit;
  private @Nullable String captureFile;
  private long socketMemoryBytes;
  private long exitLingerNanos;

  /** Starts from the defaults, read by the same parsers as a user's values. */
  ConfigDraft() {
    for (Setting setting : Setting.values()) {
      set(setting, setting.defaultText());
    }
  }

  /**
   * Parses one value.
   *
   * @throws IllegalArgumentException with the reason in a few words
   */
  void set(Setting setting, String text) {
    switch (setting) {
      case DEVICE -> devices = SettingValues.devices(text);
      case ADDRESS -> addresses = SettingValues.addresses(text);
      case GATEWAY -> gateway = SettingValues.gateway(text);
      case MTU -> mtuBytes = SettingValues.mtuBytes(text);
      case PROFILE -> profile = SettingValues.oneOf(text, Profile.values(), "no such profile");
      case STRICT -> strict = SettingValues.choice(text, "true", "false");
      case EAL -> ealArguments = SettingValues.words(text);
      case LOOPBACK -> loopbackOnStack = SettingValues.choice(text, "stack", "kernel");
      case WILDCARD -> wildcard = SettingValues.oneOf(text, Wildcard.values(), "no such choice");
      case NATIVE_TRANSPORTS -> hideNativeTransports = SettingValues.choice(text, "hide", "keep");
      case BANNER -> banner = SettingValues.choice(text, "on", "off");
      case STATS -> statsAtExit = SettingValues.choice(text, "exit", "off");
      case CAPTURE -> captureFile = SettingValues.file(text);
      case MEMORY -> socketMemoryBytes = SettingValues.memoryBytes(text);
      case EXIT_LINGER -> exitLingerNanos = SettingValues.durationNanos(text);
    }
  }

  /**
   * The finished configuration.
   *
   * @throws ConfigException if two settings contradict each other
   */
  StackConfig finish() {
    requireDeviceForEveryAddress();
    requireUsableGateway();
    StackConfig config =
        new StackConfig(
            devices,
            addresses,
            gateway,
            mtuBytes,
            profile,
            strict,
            ealArguments,
            loopbackOnStack,
            wildcard,
            hideNativeTransports,
            banner,
            statsAtExit,
            captureFile,
            socketMemoryBytes,
            exitLingerNanos);
    if (strict && !config.carriesAnything()) {
      throw new ConfigException(
          "sidestep.strict=true, but neither sidestep.device nor sidestep.loopback=stack is set, so"
              + " the stack has nothing to carry");
    }
    return config;
  }

  /**
   * An address needs a device even with {@code sidestep.loopback=stack}: nobody could reach it, and
   * whoever sets it believes that somebody can.
   */
  private void requireDeviceForEveryAddress() {
    if (devices.isEmpty() && !addresses.isEmpty()) {
      throw new ConfigException("sidestep.address is set, but sidestep.device is not");
    }
    if (addresses.size() < devices.size()) {
      throw new ConfigException(
          addresses.isEmpty()
              ? "sidestep.device is set, but sidestep.address is not"
              : "sidestep.device names "
                  + devices.size()
                  + " devices, but sidestep.address only "
                  + addresses.size()
                  + " addresses; every device needs one");
    }
  }

  private void requireUsableGateway() {
    IpAddress hop = gateway;
    if (hop == null) {
      return;
    }
    boolean onLink = false;
    for (InterfaceAddress address : addresses) {
      if (address.address().equals(hop)) {
        throw new ConfigException("sidestep.gateway=" + hop + ": this is our own address");
      }
      onLink |= address.networkContains(hop);
    }
    if (!onLink) {
      throw new ConfigException(
          "sidestep.gateway=" + hop + ": in none of the networks of sidestep.address");
    }
  }
}
