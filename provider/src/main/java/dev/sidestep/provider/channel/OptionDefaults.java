package dev.sidestep.provider.channel;

import java.io.IOException;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.NetworkChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The options a kind of channel has and what they are before anybody sets them: read off one of the
 * JDK's own channels where it can be reached, so that a program sees what it has always seen.
 * Immutable; any thread.
 */
final class OptionDefaults {

  /** tcp(7): tcp_rmem and tcp_wmem in the middle, halved as the JDK reports them. */
  private static final int RECEIVE_BUFFER_BYTES = 65536;

  private static final int SEND_BUFFER_BYTES = 8192;

  private final Map<SocketOption<?>, Object> values;

  private OptionDefaults(Map<SocketOption<?>, Object> values) {
    this.values = Map.copyOf(values);
  }

  static OptionDefaults ofClient(@Nullable SelectorProvider jdk) throws IOException {
    if (jdk == null) {
      return new OptionDefaults(clientOptions());
    }
    try (NetworkChannel channel = jdk.openSocketChannel()) {
      return of(channel);
    }
  }

  static OptionDefaults ofServer(@Nullable SelectorProvider jdk) throws IOException {
    if (jdk == null) {
      return new OptionDefaults(serverOptions());
    }
    try (NetworkChannel channel = jdk.openServerSocketChannel()) {
      return of(channel);
    }
  }

  private static OptionDefaults of(NetworkChannel channel) throws IOException {
    Map<SocketOption<?>, Object> values = new HashMap<>();
    for (SocketOption<?> option : channel.supportedOptions()) {
      values.put(option, channel.getOption(option));
    }
    return new OptionDefaults(values);
  }

  private static Map<SocketOption<?>, Object> clientOptions() {
    Map<SocketOption<?>, Object> values = new HashMap<>();
    values.put(StandardSocketOptions.SO_RCVBUF, RECEIVE_BUFFER_BYTES);
    values.put(StandardSocketOptions.SO_SNDBUF, SEND_BUFFER_BYTES);
    values.put(StandardSocketOptions.SO_KEEPALIVE, false);
    values.put(StandardSocketOptions.SO_REUSEADDR, false);
    values.put(StandardSocketOptions.SO_REUSEPORT, false);
    values.put(StandardSocketOptions.SO_LINGER, -1);
    values.put(StandardSocketOptions.TCP_NODELAY, false);
    values.put(StandardSocketOptions.IP_TOS, 0);
    ExtendedOptions.addTo(values);
    return values;
  }

  private static Map<SocketOption<?>, Object> serverOptions() {
    Map<SocketOption<?>, Object> values = new HashMap<>();
    values.put(StandardSocketOptions.SO_RCVBUF, RECEIVE_BUFFER_BYTES);
    values.put(StandardSocketOptions.SO_REUSEADDR, true);
    values.put(StandardSocketOptions.SO_REUSEPORT, false);
    ExtendedOptions.addTo(values);
    return values;
  }

  Set<SocketOption<?>> supported() {
    return values.keySet();
  }

  @Nullable Object get(SocketOption<?> option) {
    return values.get(option);
  }

  /** The module {@code jdk.net} may be missing from a runtime image. */
  private static final class ExtendedOptions {

    static void addTo(Map<SocketOption<?>, Object> values) {
      try {
        values.put(jdk.net.ExtendedSocketOptions.TCP_KEEPIDLE, 7200);
        values.put(jdk.net.ExtendedSocketOptions.TCP_KEEPINTERVAL, 75);
        values.put(jdk.net.ExtendedSocketOptions.TCP_KEEPCOUNT, 9);
        values.put(jdk.net.ExtendedSocketOptions.TCP_QUICKACK, true);
      } catch (NoClassDefFoundError e) {
        // Then no program can name them either.
        return;
      }
    }
  }
}
