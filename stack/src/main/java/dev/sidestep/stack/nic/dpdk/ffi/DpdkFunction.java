package dev.sidestep.stack.nic.dpdk.ffi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Every exported DPDK function we call: all of them on the slow path, all part of DPDK's stable
 * ABI. A constant's name is the symbol's in capitals.
 */
@SuppressWarnings("ImmutableEnumChecker") // FunctionDescriptor is immutable, and says so
enum DpdkFunction {
  // rte_version.h, rte_eal.h, rte_log.h
  RTE_VERSION(ADDRESS),
  RTE_EAL_INIT(JAVA_INT, JAVA_INT, ADDRESS),
  RTE_EAL_GET_RUNTIME_DIR(ADDRESS),
  RTE_OPENLOG_STREAM(JAVA_INT, ADDRESS),
  // rte_alarm.h: microseconds, callback, its argument
  RTE_EAL_ALARM_SET(JAVA_INT, JAVA_LONG, ADDRESS, ADDRESS),
  // rte_dev.h: bus, device, arguments
  RTE_EAL_HOTPLUG_ADD(JAVA_INT, ADDRESS, ADDRESS, ADDRESS),
  RTE_EAL_HOTPLUG_REMOVE(JAVA_INT, ADDRESS, ADDRESS),
  // rte_mbuf.h, rte_mempool.h: name, n, cache_size, priv_size, data_room_size, socket_id, ops_name
  RTE_PKTMBUF_POOL_CREATE_BY_OPS(
      ADDRESS, ADDRESS, JAVA_INT, JAVA_INT, JAVA_SHORT, JAVA_SHORT, JAVA_INT, ADDRESS),
  RTE_MEMPOOL_FREE(null, ADDRESS),
  // rte_ethdev.h: a port is a uint16_t
  RTE_ETH_DEV_GET_PORT_BY_NAME(JAVA_INT, ADDRESS, ADDRESS),
  RTE_ETH_DEV_INFO_GET(JAVA_INT, JAVA_SHORT, ADDRESS),
  RTE_ETH_DEV_CONFIGURE(JAVA_INT, JAVA_SHORT, JAVA_SHORT, JAVA_SHORT, ADDRESS),
  RTE_ETH_RX_QUEUE_SETUP(JAVA_INT, JAVA_SHORT, JAVA_SHORT, JAVA_SHORT, JAVA_INT, ADDRESS, ADDRESS),
  RTE_ETH_TX_QUEUE_SETUP(JAVA_INT, JAVA_SHORT, JAVA_SHORT, JAVA_SHORT, JAVA_INT, ADDRESS),
  RTE_ETH_DEV_START(JAVA_INT, JAVA_SHORT),
  RTE_ETH_DEV_STOP(JAVA_INT, JAVA_SHORT),
  RTE_ETH_DEV_CLOSE(JAVA_INT, JAVA_SHORT),
  RTE_ETH_MACADDR_GET(JAVA_INT, JAVA_SHORT, ADDRESS),
  RTE_ETH_DEV_GET_MTU(JAVA_INT, JAVA_SHORT, ADDRESS),
  RTE_ETH_DEV_SET_MTU(JAVA_INT, JAVA_SHORT, JAVA_SHORT),
  RTE_ETH_ALLMULTICAST_ENABLE(JAVA_INT, JAVA_SHORT),
  RTE_ETH_LINK_GET_NOWAIT(JAVA_INT, JAVA_SHORT, ADDRESS);

  private final FunctionDescriptor descriptor;

  DpdkFunction(@Nullable MemoryLayout result, MemoryLayout... arguments) {
    this.descriptor =
        result == null
            ? FunctionDescriptor.ofVoid(arguments)
            : FunctionDescriptor.of(result, arguments);
  }

  String symbol() {
    return name().toLowerCase(Locale.ROOT);
  }

  FunctionDescriptor descriptor() {
    return descriptor;
  }
}
