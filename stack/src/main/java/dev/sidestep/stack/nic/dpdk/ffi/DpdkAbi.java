package dev.sidestep.stack.nic.dpdk.ffi;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The binary interfaces we know, one per long-term release, with the struct offsets that differ
 * between them. Offsets that are the same in all of them are constants of {@link RteMbuf}, {@link
 * RteMempool} and {@link RteEthdev}.
 *
 * <p>DPDK keeps an ABI for a year: the .03 and .07 releases load as the .11 before them did (DPDK
 * ABI policy), so the soname is what counts.
 */
public enum DpdkAbi {
  // rte_ethdev_core.h, struct rte_eth_fp_ops: functions come before the queue arrays.
  ABI_23(23, "22.11", 0, 24, 64, 88, 44, 46, 16512, 48),
  // Since 23.11 the queue arrays come first, and rte_eth_dev_info has gained max_rx_bufsize.
  ABI_24(24, "23.11", 16, 0, 80, 64, 48, 50, 16576, 64),
  ABI_25(25, "24.11", 16, 0, 80, 64, 48, 50, 16576, 72),
  ABI_26(26, "25.11", 16, 0, 80, 64, 48, 50, 16576, 72);

  /** The {@code os.arch} all this holds for; elsewhere, cache lines may be longer. */
  public static final String ARCHITECTURE = "amd64";

  private static final Pattern RELEASE = Pattern.compile("(\\d{2})\\.(\\d{2})");

  private final int soVersion;
  private final String release;
  private final int rxBurstOffset;
  private final int rxQueuesOffset;
  private final int txBurstOffset;
  private final int txQueuesOffset;
  private final int maxRxQueuesOffset;
  private final int maxTxQueuesOffset;
  private final int ethDevBytes;
  private final int ethDevDataOffset;

  DpdkAbi(
      int soVersion,
      String release,
      int rxBurstOffset,
      int rxQueuesOffset,
      int txBurstOffset,
      int txQueuesOffset,
      int maxRxQueuesOffset,
      int maxTxQueuesOffset,
      int ethDevBytes,
      int ethDevDataOffset) {
    this.soVersion = soVersion;
    this.release = release;
    this.rxBurstOffset = rxBurstOffset;
    this.rxQueuesOffset = rxQueuesOffset;
    this.txBurstOffset = txBurstOffset;
    this.txQueuesOffset = txQueuesOffset;
    this.maxRxQueuesOffset = maxRxQueuesOffset;
    this.maxTxQueuesOffset = maxTxQueuesOffset;
    this.ethDevBytes = ethDevBytes;
    this.ethDevDataOffset = ethDevDataOffset;
  }

  /**
   * The ABI of a release.
   *
   * @param version what rte_version() says, such as {@code DPDK 22.11.11}
   * @return {@code null} for a release whose layout we do not know
   */
  public static @Nullable DpdkAbi ofVersion(String version) {
    Matcher release = RELEASE.matcher(version);
    if (!release.find()) {
      return null;
    }
    int year = Integer.parseInt(release.group(1));
    int month = Integer.parseInt(release.group(2));
    return ofSoVersion(month >= 11 ? year + 1 : year);
  }

  /** The ABI of libraries named {@code librte_….so.<soVersion>}, or {@code null}. */
  public static @Nullable DpdkAbi ofSoVersion(int soVersion) {
    for (DpdkAbi abi : values()) {
      if (abi.soVersion == soVersion) {
        return abi;
      }
    }
    return null;
  }

  /** Number behind {@code .so.} in the names of this ABI's libraries and Debian packages. */
  public int soVersion() {
    return soVersion;
  }

  /** First release of this ABI, such as {@code 22.11}. */
  public String release() {
    return release;
  }

  /** rte_eth_fp_ops.rx_pkt_burst (rte_ethdev_core.h). */
  public int rxBurstOffset() {
    return rxBurstOffset;
  }

  /** rte_eth_fp_ops.rxq.data (rte_ethdev_core.h). */
  public int rxQueuesOffset() {
    return rxQueuesOffset;
  }

  /** rte_eth_fp_ops.tx_pkt_burst (rte_ethdev_core.h). */
  public int txBurstOffset() {
    return txBurstOffset;
  }

  /** rte_eth_fp_ops.txq.data (rte_ethdev_core.h). */
  public int txQueuesOffset() {
    return txQueuesOffset;
  }

  /** rte_eth_dev_info.max_rx_queues (rte_ethdev.h). */
  public int maxRxQueuesOffset() {
    return maxRxQueuesOffset;
  }

  /** rte_eth_dev_info.max_tx_queues (rte_ethdev.h). */
  public int maxTxQueuesOffset() {
    return maxTxQueuesOffset;
  }

  /** sizeof(struct rte_eth_dev) (ethdev_driver.h). */
  int ethDevBytes() {
    return ethDevBytes;
  }

  /** rte_eth_dev.data (ethdev_driver.h). */
  int ethDevDataOffset() {
    return ethDevDataOffset;
  }
}
