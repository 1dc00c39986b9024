package dev.sidestep.provider;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketOption;
import java.nio.channels.NetworkChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Sets the same options to the same random values on a channel of the JDK's and on one of ours, in
 * each state a channel can be in: both accept, refuse and report the same.
 */
final class OptionComparisonTest {

  private static final int STEPS = 300;

  /** The largest buffer that every kernel grants. */
  private static final int MAX_BUFFER_BYTES = 100_000;

  private static final int[] INTERESTING = {
    Integer.MIN_VALUE,
    -2,
    -1,
    0,
    1,
    3,
    5,
    16,
    100,
    126,
    127,
    128,
    255,
    256,
    1000,
    4096,
    32_767,
    32_768,
    65_535,
    65_536,
    Integer.MAX_VALUE
  };

  private enum Stage {
    FRESH,
    BOUND,
    CONNECTED,
    ACCEPTED,
    CLOSED,
    FRESH_SERVER,
    LISTENING,
    CLOSED_SERVER
  }

  private final List<NetworkChannel> opened = new ArrayList<>();

  private <C extends NetworkChannel> C closing(C channel) {
    opened.add(channel);
    return channel;
  }

  private NetworkChannel channel(SelectorProvider provider, Stage stage) throws IOException {
    InetSocketAddress any = new InetSocketAddress(ProviderContract.loopback(), 0);
    SocketChannel client = closing(provider.openSocketChannel());
    ServerSocketChannel server = closing(provider.openServerSocketChannel());
    switch (stage) {
      case BOUND -> client.bind(any);
      case CONNECTED, ACCEPTED -> client.connect(server.bind(any).getLocalAddress());
      case LISTENING -> server.bind(any);
      case CLOSED -> client.close();
      case CLOSED_SERVER -> server.close();
      default -> {
        // As opened.
      }
    }
    return switch (stage) {
      case ACCEPTED -> closing(server.accept());
      case FRESH_SERVER, LISTENING, CLOSED_SERVER -> server;
      default -> client;
    };
  }

  @ParameterizedTest
  @EnumSource(Stage.class)
  void theStackAnswersAsTheKernelDoes(Stage stage) throws IOException {
    compare(Flavour.STACK, stage);
  }

  @ParameterizedTest
  @EnumSource(Stage.class)
  void aChannelThatGoesToTheKernelAnswersAsTheKernelDoes(Stage stage) throws IOException {
    compare(Flavour.KERNEL, stage);
  }

  private void compare(Flavour flavour, Stage stage) throws IOException {
    try {
      NetworkChannel oracle = channel(Flavour.JDK.provider(), stage);
      NetworkChannel ours = channel(flavour.provider(), stage);
      assertEquals(oracle.supportedOptions(), ours.supportedOptions());
      List<SocketOption<?>> options = new ArrayList<>(oracle.supportedOptions());
      options.sort(Comparator.comparing(SocketOption::name));
      compare(oracle, ours, options, new Random(stage.ordinal()));
    } finally {
      for (NetworkChannel channel : opened) {
        channel.close();
      }
    }
  }

  private static void compare(
      NetworkChannel oracle, NetworkChannel ours, List<SocketOption<?>> options, Random random) {
    Set<SocketOption<?>> set = new HashSet<>();
    for (int step = 0; step < STEPS; step++) {
      SocketOption<?> option = options.get(random.nextInt(options.size()));
      Object value = value(option, random);
      String what = "step " + step + ": " + option + "=" + value;
      String expected = outcome(() -> set(oracle, option, value));
      assertEquals(expected, outcome(() -> set(ours, option, value)), what);
      if (expected.equals(SUCCESS)) {
        set.add(option);
      }
      for (SocketOption<?> each : options) {
        if (isComparable(each, set)) {
          assertEquals(
              outcome(() -> oracle.getOption(each)),
              outcome(() -> ours.getOption(each)),
              what + ", then " + each);
        }
      }
    }
  }

  /**
   * The kernel sizes buffers by itself until they are set, and what it says of quick ACKs depends
   * on the traffic.
   */
  private static boolean isComparable(SocketOption<?> option, Set<SocketOption<?>> set) {
    return switch (option.name()) {
      case "SO_RCVBUF", "SO_SNDBUF" -> set.contains(option);
      case "TCP_QUICKACK" -> false;
      default -> true;
    };
  }

  private static Object value(SocketOption<?> option, Random random) {
    if (option.type() == Boolean.class) {
      return random.nextBoolean();
    }
    int chosen = INTERESTING[random.nextInt(INTERESTING.length)];
    boolean buffer = option.name().equals("SO_RCVBUF") || option.name().equals("SO_SNDBUF");
    return buffer ? Math.min(chosen, MAX_BUFFER_BYTES) : chosen;
  }

  private static final String SUCCESS = "done";

  @SuppressWarnings("unchecked") // the value is of the option's type
  private static String set(NetworkChannel channel, SocketOption<?> option, Object value)
      throws IOException {
    channel.setOption((SocketOption<Object>) option, value);
    return SUCCESS;
  }

  private static String outcome(Callable<?> call) {
    try {
      return String.valueOf(call.call());
    } catch (Exception e) {
      return e.getClass().getName() + ": " + e.getMessage();
    }
  }
}
