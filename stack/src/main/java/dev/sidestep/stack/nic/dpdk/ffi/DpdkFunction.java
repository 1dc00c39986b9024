package dev.sidestep.stack.nic.dpdk.ffi;

import java.util.Locale;

/**
 * Every exported DPDK function we call: all of them on the slow path, all part of DPDK's stable
 * ABI. A constant's name is the symbol's in capitals.
 */
enum DpdkFunction {
  // rte_version.h, rte_eal.h, rte_log.h
  RTE_VERSION,
  RTE_EAL_INIT,
  RTE_EAL_GET_RUNTIME_DIR,
  RTE_OPENLOG_STREAM,
  // rte_alarm.h: microseconds, callback, its argument
  RTE_EAL_ALARM_SET,
  // rte_dev.h: bus, device, arguments
  RTE_EAL_HOTPLUG_ADD,
  RTE_EAL_HOTPLUG_REMOVE,
  // rte_mbuf.h, rte_mempool.h: name, n, cache_size, priv_size, data_room_size, socket_id, ops_name
  RTE_PKTMBUF_POOL_CREATE_BY_OPS,
  RTE_MEMPOOL_FREE,
  // rte_ethdev.h: a port is a uint16_t
  RTE_ETH_DEV_GET_PORT_BY_NAME,
  RTE_ETH_DEV_INFO_GET,
  RTE_ETH_DEV_CONFIGURE,
  RTE_ETH_RX_QUEUE_SETUP,
  RTE_ETH_TX_QUEUE_SETUP,
  RTE_ETH_DEV_START,
  RTE_ETH_DEV_STOP,
  RTE_ETH_DEV_CLOSE,
  RTE_ETH_MACADDR_GET,
  RTE_ETH_DEV_GET_MTU,
  RTE_ETH_DEV_SET_MTU,
  RTE_ETH_ALLMULTICAST_ENABLE,
  RTE_ETH_LINK_GET_NOWAIT;

  String symbol() {
    return name().toLowerCase(Locale.ROOT);
  }
}
