package dev.sidestep.provider.channel;

import java.io.IOException;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.NetworkChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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

  /** Linux: SOCK_MIN_RCVBUF to rmem_max, halved as the JDK reports them. */
  private static final Sizes RECEIVE_BUFFER_SIZES = new Sizes(1152, 212_992);

  /** Linux: SOCK_MIN_SNDBUF to wmem_max, halved as the JDK reports them. */
  private static final Sizes SEND_BUFFER_SIZES = new Sizes(2304, 212_992);

  private final Map<SocketOption<?>, Object> values;
  private final Map<SocketOption<?>, Sizes> bufferSizes;

  /** Sizes in bytes that a buffer can have: what is outside becomes the nearest. */
  record Sizes(int least, int largest) {
    int nearest(int bytes) {
      return Math.clamp(bytes, least, largest);
    }
  }

  private OptionDefaults(
      Map<SocketOption<?>, Object> values, Map<SocketOption<?>, Sizes> bufferSizes) {
    this.values = Map.copyOf(values);
    this.bufferSizes = Map.copyOf(bufferSizes);
  }

  private OptionDefaults(Map<SocketOption<?>, Object> values) {
    this(
        values,
        Map.of(
            StandardSocketOptions.SO_RCVBUF,
            RECEIVE_BUFFER_SIZES,
            StandardSocketOptions.SO_SNDBUF,
            SEND_BUFFER_SIZES));
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
    return new OptionDefaults(values, bufferSizes(channel));
  }

  /** The administrator decides how large a buffer may be (Linux: rmem_max, wmem_max). */
  private static Map<SocketOption<?>, Sizes> bufferSizes(NetworkChannel channel)
      throws IOException {
    Map<SocketOption<?>, Sizes> sizes = new HashMap<>();
    for (SocketOption<Integer> option :
        List.of(StandardSocketOptions.SO_RCVBUF, StandardSocketOptions.SO_SNDBUF)) {
      if (channel.supportedOptions().contains(option)) {
        int least = channel.setOption(option, 1).getOption(option);
        int largest = channel.setOption(option, Integer.MAX_VALUE).getOption(option);
        sizes.put(option, new Sizes(least, largest));
      }
    }
    return sizes;
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

  /** The sizes that SO_RCVBUF or SO_SNDBUF can be set to. */
  Sizes bufferSizes(SocketOption<?> option) {
    return Objects.requireNonNull(bufferSizes.get(option));
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
