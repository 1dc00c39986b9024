package dev.sidestep.stack.engine;

import dev.sidestep.stack.ethernet.EthernetInput;
import dev.sidestep.stack.packet.PacketBuffer;
import dev.sidestep.stack.socket.Command;
import dev.sidestep.stack.socket.StackSocket;
import dev.sidestep.stack.transport.Transport;
import org.jspecify.annotations.Nullable;

/**
 * What a turn of a shard's poll loop is made of: receive, requests, timers, transmit.
 *
 * <p>Whatever is thrown, by a packet, a timer, a request or a device, costs that one alone: it is
 * put aside ({@link Defects}) and the rest of the turn follows.
 *
 * <p>Threads: the shard's owner.
 */
final class PollLoop {

  private static final int BURST_PACKETS = 32;

  /** Data, the ACK it waits for, and some more of both. */
  private static final int MAX_ROUNDS_BEFORE_CLOSE = 4;

  /** Linux: net.core.netdev_budget, in whole bursts. */
  private static final int BUDGET_PACKETS = 10 * BURST_PACKETS;

  private final NetInterface[] interfaces;
  private final Transports transports;
  private final Interrupts interrupts;
  private final Defects defects;
  private final LinkWatch links;

  /** Received frames that have not been handled yet. */
  private final @Nullable PacketBuffer[] burst = new PacketBuffer[BURST_PACKETS];

  PollLoop(
      NetInterface[] interfaces, Transports transports, Interrupts interrupts, Defects defects) {
    this.interfaces = interfaces;
    this.transports = transports;
    this.interrupts = interrupts;
    this.defects = defects;
    this.links = new LinkWatch(interfaces);
  }

  /**
   * Takes a burst off each ring, and more as long as there is more and nothing in it calls for an
   * answer: what nobody wants must not fill the ring until somebody polls again, or it takes the
   * place of what somebody waits for. As in NAPI there is a limit, for the sake of the timers.
   *
   * @return number of frames received
   */
  int receive(long nowNanos) {
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
      more = more && !transports.isFlushDue();
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

  /** Runs what has come due. */
  void runTimers(long nowNanos) {
    try {
      links.run(nowNanos);
    } catch (Throwable thrown) {
      caught(thrown, nowNanos);
    }
    for (Transport transport : transports.all()) {
      try {
        transport.runTimers(nowNanos);
      } catch (Throwable thrown) {
        caught(thrown, nowNanos);
      }
    }
    for (NetInterface netInterface : interfaces) {
      try {
        netInterface.runTimers(nowNanos);
      } catch (Throwable thrown) {
        caught(thrown, nowNanos);
      }
    }
  }

  /** Sends what has come due, and hands it to the devices. */
  void transmit(long nowNanos) {
    for (Transport transport : transports.all()) {
      try {
        transport.flush(nowNanos);
      } catch (Throwable thrown) {
        caught(thrown, nowNanos);
      }
    }
    for (NetInterface netInterface : interfaces) {
      try {
        netInterface.flush();
      } catch (Throwable thrown) {
        caught(thrown, nowNanos);
      }
    }
  }

  /** Carries out what is asked for {@code socket}. */
  void execute(StackSocket socket, int bits, long nowNanos) {
    if ((bits & Command.CLOSE) != 0 && socket.closeDependsOnInput()) {
      receiveWhatIsThere(nowNanos);
    }
    try {
      transports.of(socket).execute(socket, bits, nowNanos);
    } catch (Throwable thrown) {
      caught(thrown, nowNanos);
    }
  }

  /**
   * What lies in the device's ring has arrived: the kernel's interrupt would have delivered it. So
   * would it what a socket of this process has written, even where that waited for an ACK which
   * nobody has looked at yet.
   */
  private void receiveWhatIsThere(long nowNanos) {
    int received = 1;
    for (int round = 0; round < MAX_ROUNDS_BEFORE_CLOSE && received > 0; round++) {
      transmit(nowNanos);
      received = receive(nowNanos);
    }
  }

  /** Puts aside what was thrown, and in order what it has left behind. */
  private void caught(Throwable thrown, long nowNanos) {
    defects.caught(thrown);
    for (Transport transport : transports.all()) {
      try {
        transport.recover(nowNanos);
      } catch (Throwable again) {
        defects.caught(again);
      }
    }
  }
}
