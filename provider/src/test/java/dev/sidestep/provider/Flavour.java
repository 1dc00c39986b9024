package dev.sidestep.provider;

import dev.sidestep.provider.kernel.KernelAccess;
import dev.sidestep.stack.config.InterfaceAddress;
import dev.sidestep.stack.config.Profile;
import dev.sidestep.stack.config.StackConfig;
import dev.sidestep.stack.config.Wildcard;
import dev.sidestep.stack.wire.IpAddress;
import java.nio.channels.spi.SelectorProvider;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The providers that a contract runs on; one of each per JVM, started when first asked for. */
enum Flavour {
  /** The oracle. */
  JDK {
    @Override
    SelectorProvider create() {
      return jdk();
    }
  },
  /** Ours, with a device that does not exist: everything is routed and ends up on the kernel. */
  KERNEL {
    @Override
    SelectorProvider create() {
      return new SidestepSelectorProvider(KERNEL_CONFIG, jdk());
    }
  },
  /** Ours, with 127.0.0.0/8 inside the stack. */
  STACK {
    @Override
    SelectorProvider create() {
      return new SidestepSelectorProvider(STACK_CONFIG, jdk());
    }
  },
  /** The same, and the wildcard address is the stack's alone. */
  STACK_WILDCARD {
    @Override
    SelectorProvider create() {
      return new SidestepSelectorProvider(
          config(List.of(), List.of(), true, true, Wildcard.STACK), jdk());
    }
  };

  private static final StackConfig KERNEL_CONFIG =
      config(
          List.of("no-such-device"),
          List.of(new InterfaceAddress(IpAddress.ofV4(0xc0000201), 24)),
          false,
          false);

  static final StackConfig STACK_CONFIG = config(List.of(), List.of(), true, true);

  private static final Map<Flavour, SelectorProvider> created = new EnumMap<>(Flavour.class);

  abstract SelectorProvider create();

  /** Reached with the flag that the test JVMs are started with. */
  static SelectorProvider jdk() {
    return Objects.requireNonNull(KernelAccess.jdkProvider(), KernelAccess::whyNot);
  }

  SelectorProvider provider() {
    synchronized (created) {
      return created.computeIfAbsent(this, Flavour::create);
    }
  }

  static StackConfig config(
      List<String> devices,
      List<InterfaceAddress> addresses,
      boolean loopbackOnStack,
      boolean strict) {
    return config(devices, addresses, loopbackOnStack, strict, Wildcard.BOTH);
  }

  static StackConfig config(
      List<String> devices,
      List<InterfaceAddress> addresses,
      boolean loopbackOnStack,
      boolean strict,
      Wildcard wildcard) {
    return new StackConfig(
        devices,
        addresses,
        null,
        0,
        Profile.BALANCED,
        strict,
        List.of(),
        loopbackOnStack,
        wildcard,
        true,
        false,
        false,
        null,
        256L << 20,
        1_000_000_000L);
  }
}
