package dev.sidestep.provider.channel;

import dev.sidestep.stack.socket.StreamOptions;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketOption;
import java.nio.channels.NetworkChannel;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Options of a socket that is not the kernel's: those the application has set, checked and reported
 * as Linux and the JDK do, over the defaults. The caller synchronises.
 */
final class OptionStore {

  /** Linux: MAX_TCP_KEEPIDLE, MAX_TCP_KEEPINTVL, MAX_TCP_KEEPCNT. */
  private static final int MAX_KEEP_SECONDS = 32767;

  private static final int MAX_KEEP_COUNT = 127;

  private static final int MAX_LINGER_SECONDS = 65535;

  /** The two lowest bits belong to ECN and cannot be set (Linux: __ip_sock_set_tos). */
  private static final int DSCP_MASK = 0xfc;

  private final OptionDefaults defaults;

  /** What was set, in that order; immutable and empty before that, as with most connections. */
  private Map<SocketOption<?>, Object> values = Map.of();

  OptionStore(OptionDefaults defaults) {
    this.defaults = defaults;
  }

  OptionDefaults defaults() {
    return defaults;
  }

  void set(SocketOption<?> option, Object value) throws SocketException {
    put(option, checked(option, value));
  }

  private void put(SocketOption<?> option, Object value) {
    if (values.isEmpty()) {
      values = new LinkedHashMap<>();
    }
    values.put(option, value);
  }

  @Nullable Object get(SocketOption<?> option) {
    Object value = values.get(option);
    return value != null ? value : defaults.get(option);
  }

  /**
   * Takes over what an accepted connection has from its listener: as in Linux everything that both
   * kinds of socket know, but not the state of its ACKs.
   */
  void inherit(OptionStore listener) {
    for (SocketOption<?> option : listener.defaults.supported()) {
      Object value = listener.get(option);
      if (value != null
          && !value.equals(defaults.get(option))
          && defaults.supported().contains(option)
          && !option.name().equals("TCP_QUICKACK")) {
        put(option, value);
      }
    }
  }

  private Object checked(SocketOption<?> option, Object value) throws SocketException {
    if (!(value instanceof Integer number)) {
      return value;
    }
    return switch (option.name()) {
      case "SO_RCVBUF", "SO_SNDBUF" -> bufferSize(option, number);
      case "SO_LINGER" -> number < 0 ? -1 : Math.min(number, MAX_LINGER_SECONDS);
      case "IP_TOS" -> trafficClass(number);
      case "TCP_KEEPIDLE", "TCP_KEEPINTERVAL" -> withinOne(number, MAX_KEEP_SECONDS);
      case "SO_INCOMING_NAPI_ID" ->
          throw new SocketException("Attempt to set read only option " + option.name());
      case "TCP_KEEPCOUNT" -> withinOne(number, MAX_KEEP_COUNT);
      default -> value;
    };
  }

  private int bufferSize(SocketOption<?> option, int bytes) {
    if (bytes < 0) {
      throw new IllegalArgumentException("Invalid send/receive buffer size");
    }
    return defaults.bufferSizes(option).nearest(bytes);
  }

  private static int trafficClass(int value) {
    if (value < 0 || value > 255) {
      throw new IllegalArgumentException("Invalid IP_TOS value");
    }
    return value & DSCP_MASK;
  }

  private static int withinOne(int value, int maximum) throws SocketException {
    if (value < 1 || value > maximum) {
      throw new SocketException("Invalid argument");
    }
    return value;
  }

  /** Passes what was set on to a channel of the kernel, in the order it was set. */
  void applyTo(NetworkChannel channel) throws IOException {
    for (Map.Entry<SocketOption<?>, Object> set : values.entrySet()) {
      apply(channel, set.getKey(), set.getValue());
    }
  }

  @SuppressWarnings("unchecked") // the value was checked against the option's type when it was set
  private static void apply(NetworkChannel channel, SocketOption<?> option, Object value)
      throws IOException {
    channel.setOption((SocketOption<Object>) option, value);
  }

  /** Passes what was set on to a socket of the stack. */
  void applyTo(StreamOptions options) {
    values.forEach((option, value) -> apply(options, option.name(), value));
  }

  private static void apply(StreamOptions options, String name, Object value) {
    switch (name) {
      case "SO_RCVBUF" -> options.receiveBufferBytes = (Integer) value;
      case "SO_SNDBUF" -> options.sendBufferBytes = (Integer) value;
      case "SO_KEEPALIVE" -> options.keepAlive = (Boolean) value;
      case "SO_REUSEADDR" -> options.reuseAddress = (Boolean) value;
      case "SO_REUSEPORT" -> options.reusePort = (Boolean) value;
      case "SO_OOBINLINE" -> options.oobInline = (Boolean) value;
      case "SO_LINGER" -> options.lingerSeconds = (Integer) value;
      case "TCP_NODELAY" -> options.noDelay = (Boolean) value;
      case "IP_TOS" -> options.trafficClass = (Integer) value;
      case "TCP_KEEPIDLE" -> options.keepIdleSeconds = (Integer) value;
      case "TCP_KEEPINTERVAL" -> options.keepIntervalSeconds = (Integer) value;
      case "TCP_KEEPCOUNT" -> options.keepCountProbes = (Integer) value;
      case "TCP_QUICKACK" -> options.quickAck = (Boolean) value;
      default -> {
        // SO_INCOMING_NAPI_ID and the like have no meaning on the stack; they are remembered.
      }
    }
  }
}
