package dev.sidestep.stack.engine;

import dev.sidestep.stack.concurrent.Ownership;
import dev.sidestep.stack.concurrent.Watch;
import dev.sidestep.stack.counters.Counter;
import dev.sidestep.stack.counters.ShardCounters;
import dev.sidestep.stack.socket.SocketOwner;
import dev.sidestep.stack.socket.StackSocket;
import dev.sidestep.stack.transport.Transport;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One queue pair of every interface with all that is hashed to it: connections, neighbours, timers.
 * Its state has one owner at a time ({@link Ownership}); there is no lock inside.
 *
 * <p>Whoever needs the network polls: takes the shard, runs {@link #poll}, gives it back. Whoever
 * finds it taken leaves a request instead, and the owner carries it out before it receives anything
 * more. Giving it back also publishes by when the shard must be polled again, so that whoever sees
 * to it meanwhile ({@link Watch}) gets up in time.
 */
final class Shard implements SocketOwner {

  private final Ownership<StackSocket> ownership = new Ownership<>(new OwnersWork());
  private final Defects defects;
  private final Watch watch = new Watch(ownership);
  private final Interrupts interrupts;
  private final LongSupplier clock;
  private final ShardCounters counters;
  private final NetInterface[] interfaces;
  private final Transports transports;
  private final PollLoop loop;
  private final Consumer<StackSocket> onReleased;

  /**
   * Makes a shard over a network.
   *
   * @param protocols makes the shard's transport protocols, given the shard and its part of the
   *     network
   * @param onReleased hears, on any thread, of each socket whose port is free again
   */
  Shard(
      LongSupplier clock,
      Network network,
      BiFunction<SocketOwner, ShardNetwork, List<Transport>> protocols,
      Consumer<StackSocket> onReleased) {
    this.clock = clock;
    ShardNetwork own = new ShardNetwork(network, 0, ownership::isHeldByCurrentThread);
    this.counters = own.counters();
    this.defects = new Defects(counters);
    this.interfaces = own.interfaces();
    this.interrupts = new Interrupts(interfaces, watch);
    this.onReleased = onReleased;
    List<Transport> opened = protocols.apply(this, own);
    opened.forEach(own::register);
    this.transports = new Transports(opened);
    this.loop = new PollLoop(interfaces, transports, interrupts, defects);
  }

  /** Takes the shard if nobody owns it. */
  boolean tryOwn() {
    return ownership.tryTake();
  }

  /** Gives the shard back and sees to it that no request and no timer is left behind. */
  void release() {
    ownership.release();
  }

  /** What the shard does for {@link Ownership}. */
  private final class OwnersWork implements Ownership.Work<StackSocket> {

    @Override
    public void carryOut(@Nullable StackSocket own, int bits) {
      long nowNanos = clock.getAsLong();
      carryOutRequests(nowNanos);
      if (own != null) {
        loop.execute(own, bits, nowNanos);
      }
      loop.transmit(nowNanos);
      if (transports.isFlushDue()) {
        // There was no room: what has arrived holds buffers. So in Linux a process that sends over
        // loopback has what it sends received in its own time, and cannot run ahead.
        loop.receive(nowNanos);
        loop.transmit(nowNanos);
      }
      interrupts.disableIfBusy();
      defects.throwPending();
    }

    @Override
    public long deadlineNanos() {
      return nextDeadlineNanos();
    }

    @Override
    public void released(long deadlineNanos) {
      watch.released(deadlineNanos);
    }
  }

  boolean isOwned() {
    return ownership.isHeld();
  }

  @Override
  public boolean isHeldByCurrentThread() {
    return ownership.isHeldByCurrentThread();
  }

  /** Who sees to the shard while nobody polls it. */
  Watch watch() {
    return watch;
  }

  /** What tells of frames meanwhile. */
  Interrupts interrupts() {
    return interrupts;
  }

  /** What went wrong. */
  Defects defects() {
    return defects;
  }

  ShardCounters counters() {
    return counters;
  }

  /** Its protocols above IP. */
  Transports transports() {
    return transports;
  }

  /**
   * One turn of the loop: requests, receive, timers, transmit. Owner only. Nothing that arrives can
   * make it throw; an {@link Error} that hits the calling thread meanwhile is thrown in the end.
   *
   * @return number of frames received and requests carried out
   */
  int poll(long nowNanos) {
    assert isHeldByCurrentThread() : "polled by a thread that does not own the shard";
    int work = carryOutRequests(nowNanos);
    int received = loop.receive(nowNanos);
    loop.runTimers(nowNanos);
    loop.transmit(nowNanos);
    watch.polled(nowNanos, received > 0);
    counters.increment(Counter.POLLS);
    if (received > 0) {
      counters.increment(Counter.POLLS_WITH_WORK);
    }
    defects.throwPending();
    return work + received;
  }

  private int carryOutRequests(long nowNanos) {
    int count = 0;
    StackSocket socket = ownership.nextRequest();
    while (socket != null) {
      loop.execute(socket, ownership.takeBits(socket), nowNanos);
      count++;
      socket = ownership.nextRequest();
    }
    if (count > 0) {
      counters.add(Counter.COMMANDS, count);
    }
    return count;
  }

  @Override
  public void submit(StackSocket socket, int bits) {
    ownership.submit(socket, bits);
  }

  @Override
  public void released(StackSocket socket) {
    onReleased.accept(socket);
  }

  /** Frees the packets that wait inside, when the devices are about to be closed. Owner only. */
  void discard() {
    for (NetInterface netInterface : interfaces) {
      netInterface.discard();
    }
  }

  /** Time of the earliest timer, or {@link Long#MAX_VALUE}. Owner only. */
  long nextDeadlineNanos() {
    long deadline = transports.nextDeadlineNanos();
    for (NetInterface netInterface : interfaces) {
      deadline = Math.min(deadline, netInterface.nextDeadlineNanos());
    }
    return deadline;
  }
}
