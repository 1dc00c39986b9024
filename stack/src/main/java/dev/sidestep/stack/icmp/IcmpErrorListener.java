package dev.sidestep.stack.icmp;

/** A transport protocol that wants to hear what became of its packets (Linux: err_handler). */
@FunctionalInterface
public interface IcmpErrorListener {

  /**
   * Handles one error. The quoted packet may be forged: check that it is one in flight (RFC 5927
   * §4) before acting. Runs on the shard's owner; may send.
   */
  void icmpError(IcmpError error, long nowNanos);
}
