package dev.sidestep.stack.nic.dpdk.ffi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Asks the C compiler where the fields lie in every release, whichever is installed: each struct is
 * declared with the fields that release gives it, as far as the last one we use. Members of no
 * interest are only as large and as aligned as they have to be.
 */
class ReleasedStructsTest {

  private static final String COMMON =
      """
      #include <stddef.h>
      #include <stdint.h>
      #include <stdio.h>
      #define LINE __attribute__((aligned(64)))
      typedef void (*function)(void);
      struct queues { void **data; void **callbacks; };
      struct mempool {
        char name[26];
        void *pool_data, *pool_config;
        const void *memzone;
        unsigned flags;
        int socket_id;
        uint32_t size, cache_size, elt_size, header_size, trailer_size, private_data_size;
        int32_t ops_index;
      } LINE;
      struct mempool_ops {
        char name[32];
        function alloc, free, enqueue, dequeue, get_count, calc_mem_size, populate, get_info, blocks;
      } LINE;
      struct mempool_ops_table {
        uint32_t spinlock, num_ops;
        struct mempool_ops ops[16];
      } LINE;
      """;

  private static final String MBUF_2211 =
      """
      struct mbuf {
        void *buf_addr;
        uint64_t buf_iova;
        uint16_t data_off, refcnt, nb_segs, port;
        uint64_t ol_flags;
        uint32_t packet_type, pkt_len;
        uint16_t data_len, vlan_tci;
        struct { uint32_t low, high; } hash;
        uint16_t vlan_tci_outer, buf_len;
        void *pool;
        void *next LINE;
        uint64_t tx_offload;
        void *shinfo;
        uint16_t priv_size, timesync;
        uint32_t dynfield1[9];
      } LINE;
      """;

  // The markers of cache lines have become unions, and next stands behind pool by its size alone.
  private static final String MBUF_2411 =
      """
      struct mbuf {
        void *buf_addr;
        uint64_t buf_iova;
        union {
          uint64_t rearm_data[1];
          struct { uint16_t data_off, refcnt, nb_segs, port; };
        };
        uint64_t ol_flags;
        union {
          void *rx_descriptor_fields1[3];
          struct {
            uint32_t packet_type, pkt_len;
            uint16_t data_len, vlan_tci;
            union { uint32_t rss; struct { uint32_t low, high; } both; } hash;
            uint16_t vlan_tci_outer, buf_len;
          };
        };
        void *pool;
        void *next;
        uint64_t tx_offload;
        void *shinfo;
        uint16_t priv_size, timesync;
        uint32_t dynfield1[9];
      } LINE;
      """;

  private static final String FP_OPS_2211 =
      """
      struct fp_ops {
        function rx_pkt_burst, rx_queue_count, rx_descriptor_status;
        struct queues rxq;
        uintptr_t reserved1[3];
        function tx_pkt_burst, tx_pkt_prepare, tx_descriptor_status;
        struct queues txq;
        uintptr_t reserved2[3];
      } LINE;
      """;

  private static final String FP_OPS_2311 =
      """
      struct fp_ops {
        struct queues rxq;
        function rx_pkt_burst, rx_queue_count, rx_descriptor_status, rx_refill;
        uintptr_t reserved1[2];
        struct queues txq;
        function tx_pkt_burst, tx_pkt_prepare, tx_descriptor_status, tx_reuse;
        uintptr_t reserved2[2];
      } LINE;
      """;

  // tx_queue_count takes one of the reserved words.
  private static final String FP_OPS_2411 =
      FP_OPS_2311.replace(
          "tx_reuse;\n  uintptr_t reserved2[2];", "tx_reuse, tx_count;\n  uintptr_t reserved2[1];");

  private static final String DEV_INFO_2211 =
      """
      struct dev_info {
        void *device;
        const char *driver_name;
        unsigned if_index;
        uint16_t min_mtu, max_mtu;
        const uint32_t *dev_flags;
        uint32_t min_rx_bufsize, max_rx_pktlen, max_lro_pkt_size;
        uint16_t max_rx_queues, max_tx_queues;
        uint32_t max_mac_addrs, max_hash_mac_addrs;
        uint16_t max_vfs, max_vmdq_pools;
        struct { uint32_t bits; uint16_t max_segments, rest; } segments;
        uint64_t offloads[4];
        uint16_t reta_size;
        uint8_t hash_key_size;
        uint64_t flow_type_rss_offloads;
      };
      """;

  private static final String DEV_INFO_2311 =
      DEV_INFO_2211
          .replace("min_rx_bufsize,", "min_rx_bufsize, max_rx_bufsize,")
          .replace("  uint64_t flow", "  uint32_t rss_algo_capa;\n  uint64_t flow");

  @TempDir Path directory;

  private static String declarations(DpdkAbi abi) {
    return switch (abi) {
      case ABI_23 -> MBUF_2211 + FP_OPS_2211 + DEV_INFO_2211;
      case ABI_24 -> MBUF_2211 + FP_OPS_2311 + DEV_INFO_2311;
      case ABI_25, ABI_26 -> MBUF_2411 + FP_OPS_2411 + DEV_INFO_2311;
    };
  }

  private static Map<String, Integer> expected(DpdkAbi abi) {
    Map<String, Integer> offsets = new LinkedHashMap<>();
    offsets.put("struct fp_ops, rx_pkt_burst", abi.rxBurstOffset());
    offsets.put("struct fp_ops, rxq.data", abi.rxQueuesOffset());
    offsets.put("struct fp_ops, tx_pkt_burst", abi.txBurstOffset());
    offsets.put("struct fp_ops, txq.data", abi.txQueuesOffset());
    offsets.put("struct fp_ops[]", RteEthdev.FP_OPS_SIZE);
    offsets.put("struct dev_info, driver_name", RteEthdev.DEV_INFO_DRIVER_NAME);
    offsets.put("struct dev_info, max_rx_queues", abi.maxRxQueuesOffset());
    offsets.put("struct dev_info, max_tx_queues", abi.maxTxQueuesOffset());
    offsets.put("struct dev_info, flow_type_rss_offloads", RteEthdev.DEV_INFO_RSS_OFFLOADS);
    offsets.put("struct mbuf, buf_addr", RteMbuf.BUF_ADDR);
    offsets.put("struct mbuf, buf_iova", RteMbuf.BUF_IOVA);
    offsets.put("struct mbuf, data_off", RteMbuf.DATA_OFF);
    offsets.put("struct mbuf, refcnt", RteMbuf.REFCNT);
    offsets.put("struct mbuf, nb_segs", RteMbuf.NB_SEGS);
    offsets.put("struct mbuf, port", RteMbuf.PORT);
    offsets.put("struct mbuf, ol_flags", RteMbuf.OL_FLAGS);
    offsets.put("struct mbuf, pkt_len", RteMbuf.PKT_LEN);
    offsets.put("struct mbuf, data_len", RteMbuf.DATA_LEN);
    offsets.put("struct mbuf, next", RteMbuf.NEXT);
    offsets.put("struct mbuf[]", RteMbuf.SIZE);
    offsets.put("struct mempool, ops_index", RteMempool.OPS_INDEX);
    offsets.put("struct mempool_ops_table, ops", RteMempool.TABLE_OPS);
    offsets.put("struct mempool_ops, enqueue", RteMempool.OPS_ENQUEUE);
    offsets.put("struct mempool_ops, dequeue", RteMempool.OPS_DEQUEUE);
    offsets.put("struct mempool_ops, get_count", RteMempool.OPS_GET_COUNT);
    offsets.put("struct mempool_ops[]", RteMempool.OPS_SIZE);
    return offsets;
  }

  @ParameterizedTest
  @EnumSource(DpdkAbi.class)
  void everyOffsetIsWhereTheReleasePutsIt(DpdkAbi abi) throws Exception {
    Map<String, Integer> expected = expected(abi);
    StringBuilder program = new StringBuilder(COMMON).append(declarations(abi));
    program.append("int main(void) {\n");
    for (String field : expected.keySet()) {
      program.append(
          field.endsWith("[]")
              ? "printf(\"%%zu\\n\", sizeof(%s));\n"
                  .formatted(field.substring(0, field.indexOf('[')))
              : "printf(\"%%zu\\n\", offsetof(%s));\n".formatted(field));
    }
    Path source = directory.resolve("released.c");
    Path binary = directory.resolve("released");
    Files.writeString(source, program.append("}\n"));
    String messages = output("gcc", "-std=c11", "-o", binary.toString(), source.toString());
    assertEquals("", messages);
    List<Integer> actual = output(binary.toString()).lines().map(Integer::valueOf).toList();
    assertEquals(expected.toString(), zip(expected, actual).toString());
  }

  private static Map<String, Integer> zip(Map<String, Integer> fields, List<Integer> offsets) {
    Map<String, Integer> zipped = new LinkedHashMap<>();
    for (String field : fields.keySet()) {
      zipped.put(field, offsets.get(zipped.size()));
    }
    return zipped;
  }

  /** What a command prints; skips the test when there is none. */
  private static String output(String... command) throws InterruptedException {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      byte[] output = process.getInputStream().readAllBytes();
      assertTrue(process.waitFor() >= 0);
      return new String(output, StandardCharsets.UTF_8).strip();
    } catch (IOException noSuchCommand) {
      System.out.println("ReleasedStructsTest is skipped: there is no " + command[0]);
      assumeTrue(false, "there is no " + command[0]);
      return "";
    }
  }
}
