package dev.sidestep.stack.tcp;

import dev.sidestep.stack.counters.ShardCounters;
import dev.sidestep.stack.socket.SocketMemory;
import dev.sidestep.stack.socket.SocketOwner;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** What the parts of one shard's TCP share. */
final class TcpContext {

  final TcpConfig config;
  final SocketMemory memory;
  final SocketOwner owner;
  final ShardCounters counters;
  final InitialSequence initialSequence;
  final SynCookies synCookies;
  final ConnectionTable connections;
  final TimerHeap timers = new TimerHeap();
  final SendTimers sendTimers;
  final TouchedConnections touched = new TouchedConnections();

  /**
   * What is being worked on, until that is done. Whoever finds it set afterwards knows that an
   * error came in between, and that the connection's state cannot be trusted any more.
   */
  @Nullable ConnectionEntry atWork;

  /** Connections the application has closed and that are not in TIME-WAIT yet. */
  int orphans;

  /** Records in TIME-WAIT. */
  int timeWaits;

  TcpContext(
      TcpConfig config,
      SocketMemory memory,
      SocketOwner owner,
      ShardCounters counters,
      RandomGenerator random) {
    this.config = config;
    this.sendTimers = new SendTimers(timers, config);
    this.memory = memory;
    this.owner = owner;
    this.counters = counters;
    this.initialSequence = new InitialSequence(random);
    this.synCookies = new SynCookies(random);
    this.connections = new ConnectionTable(random);
  }
}
