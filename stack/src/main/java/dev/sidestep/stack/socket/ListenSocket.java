package dev.sidestep.stack.socket;

import dev.sidestep.stack.wire.IpProtocol;
import org.jctools.queues.varhandle.SpscVarHandleArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * A listening TCP socket with its queue of established connections (the accept queue).
 *
 * <p>Threads: the shard's owner offers, one application thread at a time accepts.
 */
public final class ListenSocket extends StackSocket {

  /** Linux: net.core.somaxconn. */
  private static final int MAX_BACKLOG = 4096;

  /** java.net's default when an application names no backlog. */
  public static final int DEFAULT_BACKLOG = 50;

  private final StreamOptions options = new StreamOptions();
  private final int backlog;
  private final SpscVarHandleArrayQueue<StreamSocket> accepted;

  /** A listener with room for {@code backlog} connections not yet accepted, at most 4096. */
  public ListenSocket(SocketOwner owner, int backlog) {
    super(owner, IpProtocol.TCP);
    this.backlog = Math.min(backlog < 1 ? DEFAULT_BACKLOG : backlog, MAX_BACKLOG);
    // Linux admits one more than the backlog (sk_acceptq_is_full is "greater than").
    this.accepted = new SpscVarHandleArrayQueue<>(this.backlog + 1);
  }

  /** Those that accepted sockets start with, and that say with whom the port is shared. */
  @Override
  public StreamOptions options() {
    return options;
  }

  /** Connections that may wait to be accepted. */
  public int backlog() {
    return backlog;
  }

  /** Takes the oldest established connection, or null if there is none. */
  public @Nullable StreamSocket accept() {
    return accepted.poll();
  }

  /** Owner: whether no further connection can be taken. */
  public boolean isFull() {
    return accepted.size() > backlog;
  }

  /** Owner: adds an established connection and signals. Returns false when full. */
  public boolean offer(StreamSocket connection) {
    if (isFull() || !accepted.offer(connection)) {
      return false;
    }
    readiness().signal(Readiness.ACCEPT);
    return true;
  }

  /**
   * A listener's port is free when close returns, even if the command has to wait: whoever listens
   * there next does so by a later command.
   */
  @Override
  void closing() {
    owner().released(this);
  }

  @Override
  public int readyOps() {
    return accepted.isEmpty() ? 0 : Readiness.ACCEPT;
  }
}
