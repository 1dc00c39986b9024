package dev.sidestep.provider.channel;

import java.net.SocketOption;
import java.nio.channels.NetworkChannel;
import java.util.Objects;

/** What every channel checks before it sets or gets an option, with the JDK's exceptions. */
final class OptionChecks {

  private OptionChecks() {}

  static void checkSupported(NetworkChannel channel, SocketOption<?> name) {
    Objects.requireNonNull(name);
    if (!channel.supportedOptions().contains(name)) {
      throw new UnsupportedOperationException("'" + name + "' not supported");
    }
  }

  static <T> void checkValue(NetworkChannel channel, SocketOption<T> name, T value) {
    checkSupported(channel, name);
    if (!name.type().isInstance(value)) {
      throw new IllegalArgumentException("Invalid value '" + value + "'");
    }
  }
}
