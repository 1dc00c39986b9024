package dev.sidestep.stack.nic.dpdk.ffi;

/** Offsets in rte_ethdev.h and its companions, the same in every ABI of {@link DpdkAbi}. */
public final class RteEthdev {

  /** sizeof(struct rte_eth_fp_ops) (rte_ethdev_core.h): one record per port. */
  public static final int FP_OPS_SIZE = 128;

  /** RTE_MAX_ETHPORTS (rte_config.h): records of rte_eth_fp_ops. */
  public static final int MAX_PORTS = 32;

  /** More than sizeof(struct rte_eth_dev_info) of any ABI (22.11: 376). */
  public static final int DEV_INFO_ROOM = 1024;

  /** rte_eth_dev_info.driver_name. */
  public static final int DEV_INFO_DRIVER_NAME = 8;

  /** rte_eth_dev_info.flow_type_rss_offloads, 64 bits. */
  public static final int DEV_INFO_RSS_OFFLOADS = 112;

  /** More than sizeof(struct rte_eth_conf) of any ABI (23.11: 2280). */
  public static final int CONF_ROOM = 4096;

  /** rte_eth_conf.rxmode.mq_mode. */
  public static final int CONF_RX_MQ_MODE = 8;

  /** RTE_ETH_MQ_RX_RSS. */
  public static final int MQ_RX_RSS = 1;

  /** rte_eth_conf.rx_adv_conf.rss_conf.rss_hf, 64 bits. */
  public static final int CONF_RSS_HF = 144;

  /** sizeof(struct rte_eth_link). */
  public static final int LINK_SIZE = 8;

  /** The 16 bits of rte_eth_link that hold duplex (bit 0), autoneg (bit 1) and status (bit 2). */
  public static final int LINK_BITS = 4;

  /** rte_eth_link.link_status within {@link #LINK_BITS}. */
  public static final int LINK_STATUS_MASK = 1 << 2;

  private RteEthdev() {}
}
