package dev.sidestep.stack.engine;

import dev.sidestep.stack.socket.StackSocket;
import dev.sidestep.stack.transport.Transport;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The transport protocols of one shard, asked together or found for a socket.
 *
 * <p>Threads: the shard's owner.
 */
final class Transports {

  private static final int PROTOCOLS = 256;

  private final Transport[] all;
  private final @Nullable Transport[] byProtocol = new Transport[PROTOCOLS];

  Transports(List<Transport> transports) {
    this.all = transports.toArray(Transport[]::new);
    for (Transport each : all) {
      byProtocol[each.protocol()] = each;
    }
  }

  /** All of them, for the loop; not to be changed. */
  Transport[] all() {
    return all;
  }

  /** The one that carries out what {@code socket} asks for. */
  Transport of(StackSocket socket) {
    return Objects.requireNonNull(byProtocol[socket.protocol()]);
  }

  boolean isFlushDue() {
    boolean due = false;
    for (Transport each : all) {
      due |= each.isFlushDue();
    }
    return due;
  }

  long nextDeadlineNanos() {
    long deadlineNanos = Long.MAX_VALUE;
    for (Transport each : all) {
      deadlineNanos = Math.min(deadlineNanos, each.nextDeadlineNanos());
    }
    return deadlineNanos;
  }

  void closeAll(long nowNanos) {
    for (Transport each : all) {
      each.closeAll(nowNanos);
    }
  }

  boolean isQuiescent() {
    for (Transport each : all) {
      if (!each.isQuiescent()) {
        return false;
      }
    }
    return true;
  }

  boolean isDelivered() {
    for (Transport each : all) {
      if (!each.isDelivered()) {
        return false;
      }
    }
    return true;
  }
}
