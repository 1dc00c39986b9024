package dev.sidestep.stack.nic.dpdk;

import dev.sidestep.stack.config.StackConfig;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * How devices are opened.
 *
 * @param ealArguments arguments for rte_eal_init; they replace ours where they say the same thing
 * @param mtuBytes largest IP packet, or 0 for each device's own
 * @param queuePairs queue pairs wanted per device; a device may have fewer
 * @param poolBuffers packet buffers per queue pair
 * @param peerPatienceNanos how long a device whose other end must be there first waits for it: a
 *     memif client for its server, so that two programs can start together
 */
public record DpdkOptions(
    List<String> ealArguments,
    int mtuBytes,
    int queuePairs,
    int poolBuffers,
    long peerPatienceNanos) {

  /** Packet buffers per queue pair unless something else is asked for. */
  public static final int DEFAULT_POOL_BUFFERS = 4096;

  private static final long DEFAULT_PEER_PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(3);

  private static final int MIN_POOL_BUFFERS = 64;

  private static final int MAX_QUEUE_PAIRS = 256;

  /** Checks the numbers and copies the list. */
  public DpdkOptions {
    ealArguments = List.copyOf(ealArguments);
    if (mtuBytes != 0
        && (mtuBytes < StackConfig.MIN_MTU_BYTES || mtuBytes > StackConfig.MAX_MTU_BYTES)) {
      throw new DpdkException(
          "sidestep.mtu=%d is not between %d and %d"
              .formatted(mtuBytes, StackConfig.MIN_MTU_BYTES, StackConfig.MAX_MTU_BYTES));
    }
    if (queuePairs < 1 || queuePairs > MAX_QUEUE_PAIRS) {
      throw new IllegalArgumentException("queue pairs: " + queuePairs);
    }
    if (poolBuffers < MIN_POOL_BUFFERS) {
      throw new IllegalArgumentException("pool buffers: " + poolBuffers);
    }
  }

  /** One queue pair per device, the device's own MTU, no arguments for EAL. */
  public static DpdkOptions defaults() {
    return new DpdkOptions(List.of(), 0, 1, DEFAULT_POOL_BUFFERS, DEFAULT_PEER_PATIENCE_NANOS);
  }

  /** The same with other arguments for EAL. */
  public DpdkOptions withEalArguments(List<String> arguments) {
    return new DpdkOptions(arguments, mtuBytes, queuePairs, poolBuffers, peerPatienceNanos);
  }

  /** The same with another MTU. */
  public DpdkOptions withMtuBytes(int bytes) {
    return new DpdkOptions(ealArguments, bytes, queuePairs, poolBuffers, peerPatienceNanos);
  }

  /** The same with another pool size. */
  public DpdkOptions withPoolBuffers(int buffers) {
    return new DpdkOptions(ealArguments, mtuBytes, queuePairs, buffers, peerPatienceNanos);
  }

  /** The same with another patience. */
  public DpdkOptions withPeerPatienceNanos(long nanos) {
    return new DpdkOptions(ealArguments, mtuBytes, queuePairs, poolBuffers, nanos);
  }
}
