package dev.sidestep.stack.engine;

import dev.sidestep.stack.concurrent.Ownership;
import dev.sidestep.stack.concurrent.ParkedWaiters;
import dev.sidestep.stack.concurrent.Watch;
import dev.sidestep.stack.counters.Counter;
import dev.sidestep.stack.counters.ShardCounters;
import dev.sidestep.stack.ethernet.EthernetInput;
import dev.sidestep.stack.packet.PacketBuffer;
import dev.sidestep.stack.socket.Command;
import dev.sidestep.stack.socket.SocketOwner;
import dev.sidestep.stack.socket.StackSocket;
import dev.sidestep.stack.socket.StreamSocket;
import dev.sidestep.stack.tcp.TcpStack;
import java.util.concurrent.TimeUnit;
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
 *
 * <p>Whatever is thrown, by a packet, a timer, a request or a device, costs that one alone: it is
 * put aside ({@link Defects}) and the rest of the turn follows.
 */
final class Shard implements SocketOwner {

  private static final int BURST_PACKETS = 32;

  /** Data, the ACK it waits for, and some more of both. */
  private static final int MAX_ROUNDS_BEFORE_CLOSE = 4;

  /** Linux: net.core.netdev_budget, in whole bursts. */
  private static final int BUDGET_PACKETS = 10 * BURST_PACKETS;

  /**
   * How long a shard without interrupts may be left alone while everybody is awake who uses it: not
   * so long that peers send again what they have sent.
   */
  private static final long MAX_UNPOLLED_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /** The same if somebody sleeps who relies on the others. */
  private static final long RELIED_ON_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final Ownership<StackSocket> ownership = new Ownership<>(new OwnersWork());
  private final Defects defects;
  private final Watch watch = new Watch(ownership);
  private final Interrupts interrupts;
  private final ParkedWaiters parkedWaiters = new ParkedWaiters();
  private final LongSupplier clock;
  private final ShardCounters counters;
  private final NetInterface[] interfaces;
  private final TcpStack tcp;
  private final LinkWatch links;
  private final Consumer<StackSocket> onReleased;

  /** Received frames that have not been handled yet. */
  private final @Nullable PacketBuffer[] burst = new PacketBuffer[BURST_PACKETS];

  /** Owner writes, anybody reads: when the network was last polled. */
  private volatile long lastPollNanos;

  /**
   * Makes a shard over a network.
   *
   * @param tcp makes the shard's TCP, given the shard and its part of the network
   * @param onReleased hears, on any thread, of each socket whose port is free again
   */
  Shard(
      LongSupplier clock,
      Network network,
      BiFunction<SocketOwner, ShardNetwork, TcpStack> tcp,
      Consumer<StackSocket> onReleased) {
    this.clock = clock;
    ShardNetwork own = new ShardNetwork(network, 0, ownership::isHeldByCurrentThread);
    this.counters = own.counters();
    this.defects = new Defects(counters);
    this.interfaces = own.interfaces();
    this.interrupts = new Interrupts(interfaces);
    this.links = new LinkWatch(interfaces);
    this.onReleased = onReleased;
    this.tcp = tcp.apply(this, own);
    own.register(this.tcp);
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
        execute(own, bits, nowNanos);
      }
      transmit(nowNanos);
      if (tcp.isFlushDue()) {
        // There was no room: what has arrived holds buffers. So in Linux a process that sends over
        // loopback has what it sends received in its own time, and cannot run ahead.
        receive(nowNanos);
        transmit(nowNanos);
      }
      interrupts.disableIfBusy();
      defects.throwPending();
    }

    @Override
    public long deadlineNanos() {
      long deadlineNanos = nextDeadlineNanos();
      return interrupts.areEnabled()
          ? deadlineNanos
          : Math.min(deadlineNanos, lastPollNanos + maxUnpolledNanos());
    }

    @Override
    public void released(long deadlineNanos) {
      watch.ring(deadlineNanos);
    }
  }

  boolean isOwned() {
    return ownership.isHeld();
  }

  @Override
  public boolean isHeldByCurrentThread() {
    return ownership.isHeldByCurrentThread();
  }

  long lastPollNanos() {
    return lastPollNanos;
  }

  /** How long nobody need poll if no device has told of anything. */
  long maxUnpolledNanos() {
    return parkedWaiters.count() > 0 ? RELIED_ON_NANOS : MAX_UNPOLLED_NANOS;
  }

  /** Threads that sleep and rely on others to poll. */
  ParkedWaiters parkedWaiters() {
    return parkedWaiters;
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

  TcpStack tcp() {
    return tcp;
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
    int received = receive(nowNanos);
    runTimers(nowNanos);
    transmit(nowNanos);
    lastPollNanos = nowNanos;
    counters.increment(Counter.POLLS);
    if (received > 0) {
      counters.increment(Counter.POLLS_WITH_WORK);
    }
    defects.throwPending();
    return work + received;
  }

  /**
   * Takes a burst off each ring, and more as long as there is more and nothing in it calls for an
   * answer: what nobody wants must not fill the ring until somebody polls again, or it takes the
   * place of what somebody waits for. As in NAPI there is a limit, for the sake of the timers.
   */
  private int receive(long nowNanos) {
    interrupts.disable();
    int received = 0;
    boolean more = true;
    while (more && received < BUDGET_PACKETS) {
      more = false;
      for (NetInterface netInterface : interfaces) {
        int count = receive(netInterface, nowNanos);
        received += count;
        more |= count == BURST_PACKETS;
      }
      more &= !tcp.isFlushDue();
    }
    return received;
  }

  private int receive(NetInterface netInterface, long nowNanos) {
    int count;
    try {
      count = netInterface.queue().rxBurst(burst);
    } catch (Throwable thrown) {
      defects.caught(thrown);
      // What it had put there by then is ours.
      count = BURST_PACKETS;
    }
    EthernetInput input = netInterface.input();
    int received = 0;
    for (int i = 0; i < count; i++) {
      PacketBuffer frame = burst[i];
      if (frame != null) {
        burst[i] = null;
        receive(input, frame, nowNanos);
        received++;
      }
    }
    return received;
  }

  private void receive(EthernetInput input, PacketBuffer frame, long nowNanos) {
    try {
      try {
        input.receive(frame, nowNanos);
      } finally {
        frame.free();
      }
    } catch (Throwable thrown) {
      caught(thrown, nowNanos);
    }
  }

  private void runTimers(long nowNanos) {
    try {
      links.run(nowNanos);
      tcp.runTimers(nowNanos);
      for (NetInterface netInterface : interfaces) {
        netInterface.runTimers(nowNanos);
      }
    } catch (Throwable thrown) {
      caught(thrown, nowNanos);
    }
  }

  private void transmit(long nowNanos) {
    try {
      tcp.flush(nowNanos);
    } catch (Throwable thrown) {
      caught(thrown, nowNanos);
    }
    for (NetInterface netInterface : interfaces) {
      try {
        netInterface.flush();
      } catch (Throwable thrown) {
        caught(thrown, nowNanos);
      }
    }
  }

  private int carryOutRequests(long nowNanos) {
    int count = 0;
    StackSocket socket = ownership.nextRequest();
    while (socket != null) {
      execute(socket, ownership.takeBits(socket), nowNanos);
      count++;
      socket = ownership.nextRequest();
    }
    if (count > 0) {
      counters.add(Counter.COMMANDS, count);
    }
    return count;
  }

  private void execute(StackSocket socket, int bits, long nowNanos) {
    if ((bits & Command.CLOSE) != 0) {
      receiveBeforeClose(socket, nowNanos);
    }
    try {
      tcp.execute(socket, bits, nowNanos);
    } catch (Throwable thrown) {
      caught(thrown, nowNanos);
    }
  }

  /**
   * What lies in the device's ring has arrived, and the application closes without having read it,
   * which makes the close a reset (RFC 2525 §2.17). The kernel's interrupt would have delivered it;
   * so would it what a socket of this process has written, even where that waited for an ACK which
   * nobody has looked at yet.
   */
  private void receiveBeforeClose(StackSocket socket, long nowNanos) {
    if (socket instanceof StreamSocket stream && stream.state() == StreamSocket.State.CONNECTED) {
      int received = 1;
      for (int round = 0; round < MAX_ROUNDS_BEFORE_CLOSE && received > 0; round++) {
        transmit(nowNanos);
        received = receive(nowNanos);
      }
    }
  }

  /** Puts aside what was thrown, and in order what it has left behind. */
  private void caught(Throwable thrown, long nowNanos) {
    defects.caught(thrown);
    try {
      tcp.recover(nowNanos);
    } catch (Throwable again) {
      defects.caught(again);
    }
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
    long deadline = tcp.nextDeadlineNanos();
    for (NetInterface netInterface : interfaces) {
      deadline = Math.min(deadline, netInterface.nextDeadlineNanos());
    }
    return deadline;
  }
}
