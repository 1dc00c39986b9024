package dev.sidestep.stack.transport;

import dev.sidestep.stack.icmp.IcmpErrorListener;
import dev.sidestep.stack.ip.TransportInput;
import dev.sidestep.stack.socket.Command;
import dev.sidestep.stack.socket.StackSocket;
import java.util.List;

/**
 * A transport protocol of one shard, as the shard drives it (Linux: net_protocol and proto in one):
 * receives its packets and the errors about them, does what its sockets are asked for, and has a
 * say in each turn of the loop.
 *
 * <p>Whatever one of its methods throws, the shard goes on and calls {@link #recover}.
 *
 * <p>Threads: the shard's owner, for every method. Times are those of the shard's clock.
 */
public interface Transport extends TransportInput, IcmpErrorListener {

  /** Its number in the IP header; {@link dev.sidestep.stack.wire.IpProtocol}. */
  int protocol();

  /**
   * Carries out what an application thread asked for.
   *
   * @param socket one of this protocol's
   * @param commands {@link Command} bits
   */
  void execute(StackSocket socket, int commands, long nowNanos);

  /** Runs the timers that have come due. */
  void runTimers(long nowNanos);

  /** Ends a turn: sends what came due in it and signals the sockets that became ready in it. */
  void flush(long nowNanos);

  /** Whether something waits for {@link #flush} to send it, or did so in vain. */
  boolean isFlushDue();

  /**
   * When {@link #runTimers} has something to do next; {@link Long#MAX_VALUE} for never. A time in
   * the past while {@link #flush} has something left to send for which there was no buffer.
   */
  long nextDeadlineNanos();

  /**
   * Puts things in order after something was thrown out of one of the other methods, of this
   * protocol or not: what was being worked on is given up. Does nothing if there is nothing to do.
   */
  void recover(long nowNanos);

  /** Closes every socket as the kernel closes those of a process that exits. */
  void closeAll(long nowNanos);

  /** Whether nothing is left to send or to see acknowledged. */
  boolean isQuiescent();

  /** Whether the peers have acknowledged every byte, where the protocol acknowledges at all. */
  boolean isDelivered();

  /** Connections that it keeps in mind, those that are only opening included. */
  int connectionCount();

  /** A socket dump. Slow; for people. */
  List<? extends SocketSnapshot> snapshot();
}
