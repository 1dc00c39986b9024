package dev.sidestep.stack.nic.dpdk.ffi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Asks the C compiler and the installed headers where every field lies. */
class StructOffsetsTest {

  @TempDir Path directory;

  @Test
  void everyOffsetIsWhereTheInstalledHeadersPutIt() throws Exception {
    String flags = output(List.of("pkg-config", "--cflags", "libdpdk"));
    skipUnless(!flags.isEmpty(), "DPDK's headers are not installed (libdpdk-dev)");
    skipUnless(!output(List.of("gcc", "--version")).isEmpty(), "there is no gcc");
    DpdkAbi abi = DpdkAbi.ofVersion(output(List.of("pkg-config", "--modversion", "libdpdk")));
    skipUnless(abi != null, "the installed headers are of an unknown release");

    Map<String, Long> expected = expected(Objects.requireNonNull(abi));
    Map<String, Long> actual = new LinkedHashMap<>();
    for (String line : compiledAndRun(flags, expected).lines().toList()) {
      int blank = line.lastIndexOf(' ');
      actual.put(line.substring(0, blank), Long.parseUnsignedLong(line.substring(blank + 1)));
    }
    assertEquals(expected, actual);
  }

  @Test
  void theZeroedStructsAreLargeEnough() throws Exception {
    String flags = output(List.of("pkg-config", "--cflags", "libdpdk"));
    skipUnless(!flags.isEmpty(), "DPDK's headers are not installed (libdpdk-dev)");
    Map<String, Long> sizes = new LinkedHashMap<>();
    sizes.put("sizeof(struct rte_eth_dev_info)", 0L);
    sizes.put("sizeof(struct rte_eth_conf)", 0L);
    List<Long> actual =
        compiledAndRun(flags, sizes)
            .lines()
            .map(line -> Long.valueOf(line.substring(line.lastIndexOf(' ') + 1)))
            .toList();
    assertTrue(actual.get(0) <= RteEthdev.DEV_INFO_ROOM, () -> "rte_eth_dev_info " + actual);
    assertTrue(actual.get(1) <= RteEthdev.CONF_ROOM, () -> "rte_eth_conf " + actual);
  }

  /** C expressions and what we take them for. */
  private static Map<String, Long> expected(DpdkAbi abi) {
    Map<String, Long> values = new LinkedHashMap<>();
    field(values, "rte_eth_fp_ops", "rx_pkt_burst", abi.rxBurstOffset());
    field(values, "rte_eth_fp_ops", "rxq.data", abi.rxQueuesOffset());
    field(values, "rte_eth_fp_ops", "tx_pkt_burst", abi.txBurstOffset());
    field(values, "rte_eth_fp_ops", "txq.data", abi.txQueuesOffset());
    values.put("sizeof(struct rte_eth_fp_ops)", (long) RteEthdev.FP_OPS_SIZE);
    field(values, "rte_eth_dev_info", "driver_name", RteEthdev.DEV_INFO_DRIVER_NAME);
    field(values, "rte_eth_dev_info", "max_rx_queues", abi.maxRxQueuesOffset());
    field(values, "rte_eth_dev_info", "max_tx_queues", abi.maxTxQueuesOffset());
    field(values, "rte_eth_dev_info", "flow_type_rss_offloads", RteEthdev.DEV_INFO_RSS_OFFLOADS);
    field(values, "rte_eth_conf", "rxmode.mq_mode", RteEthdev.CONF_RX_MQ_MODE);
    field(values, "rte_eth_conf", "rx_adv_conf.rss_conf.rss_hf", RteEthdev.CONF_RSS_HF);
    values.put("RTE_ETH_MQ_RX_RSS", (long) RteEthdev.MQ_RX_RSS);
    values.put("RTE_MAX_ETHPORTS", (long) RteEthdev.MAX_PORTS);
    values.put("sizeof(struct rte_eth_link)", (long) RteEthdev.LINK_SIZE);
    values.put(
        "link_with_status_up()", (long) RteEthdev.LINK_STATUS_MASK << (8 * RteEthdev.LINK_BITS));
    mbuf(values);
    mempool(values);
    return values;
  }

  private static void mbuf(Map<String, Long> values) {
    field(values, "rte_mbuf", "buf_addr", RteMbuf.BUF_ADDR);
    field(values, "rte_mbuf", "buf_iova", RteMbuf.BUF_IOVA);
    field(values, "rte_mbuf", "data_off", RteMbuf.DATA_OFF);
    field(values, "rte_mbuf", "refcnt", RteMbuf.REFCNT);
    field(values, "rte_mbuf", "nb_segs", RteMbuf.NB_SEGS);
    field(values, "rte_mbuf", "port", RteMbuf.PORT);
    field(values, "rte_mbuf", "ol_flags", RteMbuf.OL_FLAGS);
    field(values, "rte_mbuf", "pkt_len", RteMbuf.PKT_LEN);
    field(values, "rte_mbuf", "data_len", RteMbuf.DATA_LEN);
    field(values, "rte_mbuf", "next", RteMbuf.NEXT);
    values.put("sizeof(struct rte_mbuf)", (long) RteMbuf.SIZE);
    values.put("RTE_PKTMBUF_HEADROOM", (long) RteMbuf.HEADROOM_BYTES);
    values.put("fresh_rearm_word()", RteMbuf.REARM_WORD);
  }

  private static void mempool(Map<String, Long> values) {
    field(values, "rte_mempool", "ops_index", RteMempool.OPS_INDEX);
    field(values, "rte_mempool_ops_table", "ops", RteMempool.TABLE_OPS);
    field(values, "rte_mempool_ops", "enqueue", RteMempool.OPS_ENQUEUE);
    field(values, "rte_mempool_ops", "dequeue", RteMempool.OPS_DEQUEUE);
    field(values, "rte_mempool_ops", "get_count", RteMempool.OPS_GET_COUNT);
    values.put("sizeof(struct rte_mempool_ops)", (long) RteMempool.OPS_SIZE);
    values.put("RTE_MEMPOOL_MAX_OPS_IDX", (long) RteMempool.MAX_OPS);
  }

  private static void field(Map<String, Long> values, String struct, String field, int offset) {
    values.put("offsetof(struct " + struct + ", " + field + ")", (long) offset);
  }

  private String compiledAndRun(String flags, Map<String, Long> expressions) throws Exception {
    StringBuilder program =
        new StringBuilder(
            """
            #include <stddef.h>
            #include <stdio.h>
            #include <string.h>
            #include <rte_ethdev.h>
            #include <rte_mbuf.h>
            #include <rte_mempool.h>
            static unsigned long long link_with_status_up(void) {
              struct rte_eth_link link;
              unsigned long long word;
              memset(&link, 0, sizeof link);
              link.link_status = RTE_ETH_LINK_UP;
              memcpy(&word, &link, sizeof word);
              return word;
            }
            static unsigned long long fresh_rearm_word(void) {
              struct rte_mbuf mbuf;
              unsigned long long word;
              memset(&mbuf, 0, sizeof mbuf);
              mbuf.refcnt = 1;
              mbuf.nb_segs = 1;
              mbuf.port = RTE_MBUF_PORT_INVALID;
              memcpy(&word, (char *)&mbuf + offsetof(struct rte_mbuf, data_off), sizeof word);
              return word;
            }
            int main(void) {
              (void)link_with_status_up; (void)fresh_rearm_word;
            """);
    for (String expression : expressions.keySet()) {
      program.append(
          "  printf(\"%%s %%llu\\n\", \"%s\", (unsigned long long)(%s));\n"
              .formatted(expression, expression));
    }
    program.append("  return 0;\n}\n");
    Path source = Files.writeString(directory.resolve("offsets.c"), program);
    Path binary = directory.resolve("offsets");
    List<String> compile = new ArrayList<>(List.of("gcc", "-march=native", "-w"));
    compile.addAll(List.of(flags.split(" +")));
    // The headers' inline functions refer to DPDK; nothing here calls them.
    compile.addAll(
        List.of("-o", binary.toString(), source.toString(), "-Wl,--unresolved-symbols=ignore-all"));
    String messages = output(compile);
    assertTrue(Files.isExecutable(binary), messages);
    return output(List.of(binary.toString()));
  }

  private static void skipUnless(boolean condition, String why) {
    if (!condition) {
      System.out.println("StructOffsetsTest is skipped: " + why);
    }
    assumeTrue(condition, why);
  }

  /** What a command prints; empty when there is no such command. */
  private static String output(List<String> command) throws InterruptedException {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String output =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      boolean missing = process.waitFor() != 0 && command.getFirst().equals("pkg-config");
      return missing ? "" : output;
    } catch (IOException noSuchCommand) {
      return "";
    }
  }
}
