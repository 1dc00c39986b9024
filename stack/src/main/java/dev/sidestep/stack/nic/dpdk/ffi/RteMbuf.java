package dev.sidestep.stack.nic.dpdk.ffi;

/**
 * struct rte_mbuf (rte_mbuf_core.h): field offsets, the same in every ABI of {@link DpdkAbi} as
 * DPDK is built by default (enable_iova_as_pa).
 */
public final class RteMbuf {

  /** rte_mbuf.buf_addr: where the buffer starts, headroom included. */
  public static final int BUF_ADDR = 0;

  /** rte_mbuf.buf_iova: never 0 unless DPDK was built without it, which moves {@link #NEXT}. */
  public static final int BUF_IOVA = 8;

  /** rte_mbuf.data_off, 16 bits: where the packet starts, counted from buf_addr. */
  public static final int DATA_OFF = 16;

  /** rte_mbuf.refcnt, 16 bits. */
  public static final int REFCNT = 18;

  /** rte_mbuf.nb_segs, 16 bits: segments of the chain. */
  public static final int NB_SEGS = 20;

  /** rte_mbuf.port, 16 bits. */
  public static final int PORT = 22;

  /** rte_mbuf.ol_flags, 64 bits. */
  public static final int OL_FLAGS = 24;

  /** rte_mbuf.pkt_len, 32 bits: bytes of the whole chain. */
  public static final int PKT_LEN = 36;

  /** rte_mbuf.data_len, 16 bits: bytes of this segment. */
  public static final int DATA_LEN = 40;

  /** rte_mbuf.next: the chain's next segment. */
  public static final int NEXT = 64;

  /** sizeof(struct rte_mbuf); the application's private area follows. */
  public static final int SIZE = 128;

  /** RTE_PKTMBUF_HEADROOM (rte_config.h). */
  public static final int HEADROOM_BYTES = 128;

  /**
   * data_off, refcnt, nb_segs and port as the one 64-bit word rte_mbuf_core.h calls rearm_data:
   * unshared, unchained, of no port (RTE_MBUF_PORT_INVALID). Or in a data_off.
   */
  public static final long REARM_WORD = 0xFFFF_0001_0001_0000L;

  private RteMbuf() {}
}
