package dev.sidestep.stack.ip;

import dev.sidestep.stack.counters.ShardCounters;
import dev.sidestep.stack.packet.DropReason;
import org.jspecify.annotations.Nullable;

/**
 * The transport protocols by number (Linux: inet_protos). The interfaces are built around it first;
 * whoever wires the stack fills it before the first packet.
 */
public final class TransportInputs {

  private static final int PROTOCOLS = 256;

  private final @Nullable TransportInput[] byProtocol = new TransportInput[PROTOCOLS];
  private TransportInput unknown;

  /** Makes a table in which every protocol is unknown, which is counted and not answered. */
  public TransportInputs(ShardCounters counters) {
    this.unknown = (packet, ip, nowNanos) -> counters.drop(DropReason.IP_UNKNOWN_PROTOCOL);
  }

  /** Says who receives packets of {@code protocol}. */
  public void register(int protocol, TransportInput input) {
    byProtocol[protocol] = input;
  }

  /** Says who receives packets of all other protocols. */
  public void registerUnknown(TransportInput input) {
    unknown = input;
  }

  /** Who receives packets of {@code protocol}, 0 to 255. */
  TransportInput get(int protocol) {
    TransportInput registered = byProtocol[protocol];
    return registered != null ? registered : unknown;
  }
}
