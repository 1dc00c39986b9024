package dev.sidestep.stack.nic.dpdk.ffi;

/** Offsets in rte_mempool.h, the same in every ABI of {@link DpdkAbi}. */
public final class RteMempool {

  /** rte_mempool.ops_index, 32 bits: entry of rte_mempool_ops_table this pool works with. */
  public static final int OPS_INDEX = 88;

  /** rte_mempool_ops_table.ops: the first entry. */
  public static final int TABLE_OPS = 64;

  /** sizeof(struct rte_mempool_ops). */
  public static final int OPS_SIZE = 128;

  /** rte_mempool_ops.enqueue: int (*)(struct rte_mempool *, void * const *, unsigned). */
  public static final int OPS_ENQUEUE = 48;

  /** rte_mempool_ops.dequeue: int (*)(struct rte_mempool *, void **, unsigned). */
  public static final int OPS_DEQUEUE = 56;

  /** rte_mempool_ops.get_count: unsigned (*)(const struct rte_mempool *). */
  public static final int OPS_GET_COUNT = 64;

  /** RTE_MEMPOOL_MAX_OPS_IDX. */
  public static final int MAX_OPS = 16;

  private RteMempool() {}
}
