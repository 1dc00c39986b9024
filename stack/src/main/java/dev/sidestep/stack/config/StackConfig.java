package dev.sidestep.stack.config;

import dev.sidestep.stack.wire.IpAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything a user can set, checked and parsed. Immutable.
 *
 * @param devices DPDK device strings, such as {@code net_memif0,role=server,socket=/tmp/a.sock}
 * @param addresses addresses of the devices: the n-th belongs to the n-th device, and the last
 *     device takes what is left over
 * @param gateway next hop for destinations outside every network of {@code addresses}, or {@code
 *     null} for none
 * @param mtuBytes largest IP packet on the devices, or 0 for each device's own
 * @param profile how waiting threads trade processor time for latency
 * @param strict whether a stack that cannot start is an error instead of a fall back to the kernel
 * @param ealArguments arguments passed on to DPDK's rte_eal_init as they are
 * @param loopbackOnStack whether 127.0.0.0/8 is served inside the stack instead of by the kernel
 * @param wildcard who serves a socket that is bound to the wildcard address
 * @param hideNativeTransports whether programs that ask hear that Netty has no native transports
 * @param banner whether standard error tells when the stack starts and is first used
 * @param statsAtExit whether the counters are printed when the JVM exits
 * @param captureFile where all frames are written in pcap format, or {@code null} for nowhere
 * @param socketMemoryBytes limit on bytes waiting in all socket queues together
 * @param exitLingerNanos how long the JVM's exit waits for accepted bytes to reach the peers
 */
public record StackConfig(
    List<String> devices,
    List<InterfaceAddress> addresses,
    @Nullable IpAddress gateway,
    int mtuBytes,
    Profile profile,
    boolean strict,
    List<String> ealArguments,
    boolean loopbackOnStack,
    Wildcard wildcard,
    boolean hideNativeTransports,
    boolean banner,
    boolean statsAtExit,
    @Nullable String captureFile,
    long socketMemoryBytes,
    long exitLingerNanos) {

  /** RFC 791 §3.1: every host accepts datagrams of 576 octets, so smaller links make no sense. */
  public static final int MIN_MTU_BYTES = 576;

  /**
   * A packet buffer's length has 16 bits, and headroom, Ethernet header, VLAN tag and rounding take
   * their part.
   */
  public static final int MAX_MTU_BYTES = 65_000;

  /** Copies the lists, so that the record is immutable. */
  public StackConfig {
    devices = List.copyOf(devices);
    addresses = List.copyOf(addresses);
    ealArguments = List.copyOf(ealArguments);
  }

  /** Whether anything is configured that the stack could carry. */
  public boolean carriesAnything() {
    return loopbackOnStack || !devices.isEmpty();
  }
}
