package dev.sidestep.stack.nic.dpdk.ffi;

/**
 * A pointer does not lead to what it should, so this DPDK's structures lie otherwise than we think,
 * and nothing has been called through it.
 */
public final class UnknownLayoutException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final String field;

  /** Made with the name of the field, such as {@code rte_eth_fp_ops.rx_pkt_burst}. */
  public UnknownLayoutException(String field) {
    super(field + " does not lead where it should");
    this.field = field;
  }

  /** The field that holds the pointer. */
  public String field() {
    return field;
  }
}
