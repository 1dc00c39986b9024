package dev.sidestep.stack.engine;

import dev.sidestep.stack.concurrent.Baton;
import dev.sidestep.stack.counters.Counter;
import dev.sidestep.stack.counters.ShardCounters;
import dev.sidestep.stack.ethernet.EthernetInput;
import dev.sidestep.stack.nic.NicQueue;
import dev.sidestep.stack.packet.DropReason;
import dev.sidestep.stack.packet.PacketBuffer;
import dev.sidestep.stack.socket.Command;
import dev.sidestep.stack.socket.SocketOwner;
import dev.sidestep.stack.socket.StackSocket;
import dev.sidestep.stack.socket.StreamSocket;
import dev.sidestep.stack.tcp.TcpStack;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jctools.queues.varhandle.MpscUnboundedVarHandleArrayQueue;

/**
 * One queue pair of every interface with all that is hashed to it: connections, neighbours, timers.
 * Its state has one owner at a time, who holds the {@link Baton}; there is no lock inside.
 *
 * <p>Whoever needs the network polls: takes the baton, runs {@link #poll}, gives it back. Whoever
 * finds it taken leaves a command instead, and the owner carries it out before it receives anything
 * more. {@link #release} looks at the commands once more after the baton is free, so none is
 * stranded between the owner's last look and the release. It also publishes by when the shard must
 * be polled again, so that a sleeping driver gets up in time.
 */
final class Shard implements SocketOwner {

  private static final System.Logger LOG = System.getLogger("dev.sidestep.engine");

  private static final int COMMAND_CHUNK = 1024;
  private static final int BURST_PACKETS = 32;

  /** How long a shard without interrupts may be left alone: the driver's longest sleep. */
  private static final long MAX_UNPOLLED_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  /** How often a defect may be logged before only its counter speaks. */
  private static final int MAX_LOGGED_DEFECTS = 10;

  private final Baton baton = new Baton();
  private final MpscUnboundedVarHandleArrayQueue<StackSocket> commands =
      new MpscUnboundedVarHandleArrayQueue<>(COMMAND_CHUNK);
  private final DriverAlarm alarm;
  private final LongSupplier clock;
  private final ShardCounters counters;
  private final NetInterface[] interfaces;
  private final TcpStack tcp;
  private final LinkWatch links;
  private final Consumer<StackSocket> onReleased;
  private final PacketBuffer[] burst = new PacketBuffer[BURST_PACKETS];

  /** Owner writes, anybody reads: when the network was last polled. */
  private volatile long lastPollNanos;

  private int loggedDefects;

  /**
   * Makes a shard over a network.
   *
   * @param tcp makes the shard's TCP, given the shard
   * @param onReleased hears, on any thread, of each socket whose port is free again
   */
  Shard(
      LongSupplier clock,
      Network network,
      Function<SocketOwner, TcpStack> tcp,
      Consumer<StackSocket> onReleased) {
    this.clock = clock;
    this.counters = network.counters();
    this.interfaces = network.interfaces();
    this.alarm = new DriverAlarm(baton, interfaces);
    this.links = new LinkWatch(interfaces);
    this.onReleased = onReleased;
    this.tcp = tcp.apply(this);
    network.register(this.tcp);
  }

  /** Takes the baton if nobody holds it; whoever has it polls, so there are no interrupts. */
  boolean tryOwn() {
    if (!baton.tryTake()) {
      return false;
    }
    alarm.disableInterrupts();
    return true;
  }

  /** Gives the baton back and sees to it that no command and no timer is left behind. */
  void release() {
    handBack();
    carryOutCommands();
  }

  private void handBack() {
    long deadlineNanos = nextDeadlineNanos();
    if (!alarm.interruptsEnabled()) {
      deadlineNanos = Math.min(deadlineNanos, lastPollNanos + MAX_UNPOLLED_NANOS);
    }
    alarm.release(deadlineNanos);
  }

  /** Carries out what is in the queue, unless somebody else is at it or will be. */
  private void carryOutCommands() {
    while (!commands.isEmpty() && tryOwn()) {
      try {
        long nowNanos = clock.getAsLong();
        drainCommands(nowNanos);
        transmit(nowNanos);
      } finally {
        handBack();
      }
    }
  }

  boolean isOwned() {
    return baton.isHeld();
  }

  long lastPollNanos() {
    return lastPollNanos;
  }

  /** What the driver sleeps on. */
  DriverAlarm alarm() {
    return alarm;
  }

  ShardCounters counters() {
    return counters;
  }

  TcpStack tcp() {
    return tcp;
  }

  /**
   * One turn of the loop: commands, receive, timers, transmit. Owner only; never throws, whatever
   * arrives.
   *
   * @return number of frames received and commands carried out
   */
  int poll(long nowNanos) {
    int work = drainCommands(nowNanos);
    int received = 0;
    for (NetInterface netInterface : interfaces) {
      received += receive(netInterface, nowNanos);
    }
    runTimers(nowNanos);
    transmit(nowNanos);
    lastPollNanos = nowNanos;
    counters.increment(Counter.POLLS);
    if (received > 0) {
      counters.increment(Counter.POLLS_WITH_WORK);
    }
    return work + received;
  }

  private int receive(NetInterface netInterface, long nowNanos) {
    NicQueue queue = netInterface.queue();
    EthernetInput input = netInterface.input();
    int count = queue.rxBurst(burst);
    for (int i = 0; i < count; i++) {
      PacketBuffer frame = burst[i];
      try {
        input.receive(frame, nowNanos);
      } catch (RuntimeException defect) {
        report(defect);
      } finally {
        frame.free();
      }
    }
    return count;
  }

  private void runTimers(long nowNanos) {
    try {
      links.run(nowNanos);
      tcp.runTimers(nowNanos);
      for (NetInterface netInterface : interfaces) {
        netInterface.runTimers(nowNanos);
      }
    } catch (RuntimeException defect) {
      report(defect);
    }
  }

  private void transmit(long nowNanos) {
    try {
      tcp.flush(nowNanos);
      for (NetInterface netInterface : interfaces) {
        netInterface.flush();
      }
    } catch (RuntimeException defect) {
      report(defect);
    }
  }

  private int drainCommands(long nowNanos) {
    int count = 0;
    for (StackSocket socket = commands.poll(); socket != null; socket = commands.poll()) {
      execute(socket, socket.takePending(), nowNanos);
      count++;
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
    } catch (RuntimeException defect) {
      report(defect);
    }
  }

  /**
   * What lies in the device's ring has arrived, and the application closes without having read it,
   * which makes the close a reset (RFC 2525 §2.17). The kernel's interrupt would have delivered it.
   */
  private void receiveBeforeClose(StackSocket socket, long nowNanos) {
    if (socket instanceof StreamSocket stream && stream.state() == StreamSocket.State.CONNECTED) {
      for (NetInterface netInterface : interfaces) {
        receive(netInterface, nowNanos);
      }
    }
  }

  @Override
  public void submit(StackSocket socket, int bits) {
    if (tryOwn()) {
      try {
        long nowNanos = clock.getAsLong();
        drainCommands(nowNanos);
        execute(socket, bits, nowNanos);
        transmit(nowNanos);
      } finally {
        release();
      }
      return;
    }
    if (socket.addPending(bits)) {
      commands.offer(socket);
    }
    carryOutCommands();
  }

  @Override
  public void released(StackSocket socket) {
    onReleased.accept(socket);
  }

  /** Time of the earliest timer, or {@link Long#MAX_VALUE}. Owner only. */
  long nextDeadlineNanos() {
    long deadline = tcp.nextDeadlineNanos();
    for (NetInterface netInterface : interfaces) {
      deadline = Math.min(deadline, netInterface.nextDeadlineNanos());
    }
    return deadline;
  }

  private void report(RuntimeException defect) {
    counters.drop(DropReason.INTERNAL_ERROR);
    if (loggedDefects++ < MAX_LOGGED_DEFECTS) {
      LOG.log(
          System.Logger.Level.ERROR, "defect in the stack; it goes on without this packet", defect);
    }
  }
}
