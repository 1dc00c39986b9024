package dev.sidestep.stack.tcp;

import dev.sidestep.stack.counters.ShardCounters;
import dev.sidestep.stack.ip.IpOutput;
import dev.sidestep.stack.ip.IpPacket;
import dev.sidestep.stack.ip.TransportInput;
import dev.sidestep.stack.packet.PacketBuffer;
import dev.sidestep.stack.socket.SocketMemory;
import dev.sidestep.stack.socket.SocketOwner;
import dev.sidestep.stack.socket.StackSocket;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * TCP of one shard: the only door into this package.
 *
 * <p>Threads: the shard's owner, for every method. Times are those of the shard's clock.
 */
@SuppressWarnings({"DoNotCallSuggester", "UnusedVariable"})
public final class TcpStack implements TransportInput {

  /**
   * TCP that knows no connection yet.
   *
   * @param memory where the queues of accepted sockets take their pages
   * @param owner the shard accepted sockets belong to; hears when a socket is forgotten
   * @param random source of the secrets behind sequence numbers and timestamps: a {@link
   *     java.security.SecureRandom} outside tests
   */
  public TcpStack(
      TcpConfig config,
      IpOutput ip,
      SocketMemory memory,
      SocketOwner owner,
      ShardCounters counters,
      RandomGenerator random) {}

  /** Handles one segment. What it calls for is sent by {@link #flush} at the latest. */
  @Override
  public void receive(PacketBuffer packet, IpPacket ip, long nowNanos) {
    throw new UnsupportedOperationException();
  }

  /**
   * Carries out what an application thread asked for.
   *
   * @param commands {@link dev.sidestep.stack.socket.Command} bits
   */
  public void execute(StackSocket socket, int commands, long nowNanos) {
    throw new UnsupportedOperationException();
  }

  /**
   * Ends a poll: sends the output and ACKs that came due in it and signals the sockets that became
   * ready in it.
   */
  public void flush(long nowNanos) {
    throw new UnsupportedOperationException();
  }

  /** Runs the timers that have come due. */
  public void runTimers(long nowNanos) {
    throw new UnsupportedOperationException();
  }

  /** When {@link #runTimers} has something to do next; {@link Long#MAX_VALUE} for never. */
  public long nextDeadlineNanos() {
    throw new UnsupportedOperationException();
  }

  /**
   * Closes every socket as the kernel closes those of a process that exits: what was written is
   * still delivered, then FIN; unread bytes make it RST.
   */
  public void closeAll(long nowNanos) {
    throw new UnsupportedOperationException();
  }

  /** Whether no connection has anything left to send or to see acknowledged. */
  public boolean isQuiescent() {
    throw new UnsupportedOperationException();
  }

  /** Connections in any state but TIME-WAIT, half-open ones included. */
  public int connectionCount() {
    throw new UnsupportedOperationException();
  }

  /** A socket dump. Slow; for people. */
  public List<TcbSnapshot> snapshot() {
    throw new UnsupportedOperationException();
  }
}
