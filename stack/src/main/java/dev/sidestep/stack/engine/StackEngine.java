package dev.sidestep.stack.engine;

import dev.sidestep.stack.concurrent.Waiter;
import dev.sidestep.stack.config.StackConfig;
import dev.sidestep.stack.counters.Counter;
import dev.sidestep.stack.packet.DropReason;
import dev.sidestep.stack.socket.ListenSocket;
import dev.sidestep.stack.socket.StackSocket;
import dev.sidestep.stack.socket.StreamSocket;
import dev.sidestep.stack.wire.IpAddress;
import java.net.BindException;

/**
 * The stack as a whole: devices, shards, the driver thread; what the provider opens sockets on.
 *
 * <p>Threads: any, for every method.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class StackEngine implements AutoCloseable {

  private StackEngine() {}

  /**
   * Starts the stack: devices, shards, driver thread.
   *
   * @throws StackStartException with one line that names the setting and the fix
   */
  public static StackEngine start(StackConfig config) throws StackStartException {
    throw new UnsupportedOperationException();
  }

  /** A new TCP socket, neither bound nor connected. */
  public StreamSocket openStream() {
    throw new UnsupportedOperationException();
  }

  /** A new listening socket, not bound yet; {@link #listen} makes it receive connections. */
  public ListenSocket openListener(int backlog) {
    throw new UnsupportedOperationException();
  }

  /**
   * Gives a socket a local end. The wildcard address stands for every address of the stack.
   *
   * @param port 0 chooses a free ephemeral port at random (RFC 6056)
   * @throws BindException with Linux's words: "Address already in use", "Cannot assign requested
   *     address"
   */
  public void bind(StackSocket socket, IpAddress address, int port) throws BindException {
    throw new UnsupportedOperationException();
  }

  /** Lets a bound listener receive connections. */
  public void listen(ListenSocket socket) {
    throw new UnsupportedOperationException();
  }

  /**
   * Starts a connect and returns at once; {@link StreamSocket#readyOps()} tells how it ended. Binds
   * the local end first if that has not happened, with the source address of the route.
   *
   * @throws BindException when no local port is free: "Cannot assign requested address"
   */
  public void connect(StreamSocket socket, IpAddress remote, int port) throws BindException {
    throw new UnsupportedOperationException();
  }

  /**
   * Waits until {@code waiter} is ready, the deadline has passed or the thread is interrupted. The
   * calling thread polls the network itself while it can, for a time bounded by the profile, then
   * sleeps; a virtual thread hardly spins. Returns whether the waiter is ready.
   *
   * @param deadlineNanos {@link System#nanoTime()} at which to give up; {@link Long#MAX_VALUE} for
   *     never
   */
  public boolean await(Waiter waiter, long deadlineNanos) {
    throw new UnsupportedOperationException();
  }

  /** Polls the network once if no other thread is at it: the stack's part of a selectNow. */
  public void pollOnce() {
    throw new UnsupportedOperationException();
  }

  /** Whether {@code address} is one of the stack's own. */
  public boolean isLocal(IpAddress address) {
    throw new UnsupportedOperationException();
  }

  /** Sum of a counter over all shards. */
  public long count(Counter counter) {
    throw new UnsupportedOperationException();
  }

  /** Sum of dropped packets over all shards. */
  public long dropped(DropReason reason) {
    throw new UnsupportedOperationException();
  }

  /**
   * Closes every socket as the kernel closes those of a process that exits: what was written still
   * reaches the peers, then FIN. Waits for that, at most {@link StackConfig#exitLingerNanos()}, and
   * logs what it had to leave behind. Then stops the devices.
   */
  @Override
  public void close() {
    throw new UnsupportedOperationException();
  }
}
