package dev.sidestep.compat.rig;

import dev.sidestep.stack.nic.NicDevice;
import dev.sidestep.stack.nic.dpdk.DpdkDevices;
import dev.sidestep.stack.nic.dpdk.DpdkOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Carries frames between two kernel interfaces over a path with faults, in real time: what a router
 * with netem would do, by the same code that the simulated links of the stack's own tests use.
 *
 * <p>It takes a core while frames are due soon, so that delays are right to some microseconds. Each
 * line of standard input is an {@link Impairment} to become; the answer reports on the path before.
 */
public final class Relay {

  /** Below this a thread that sleeps would wake too late. */
  private static final long SPIN_NANOS = 200_000;

  private static final long NAP_NANOS = 20_000;

  /** Room for what a sender lets go at once; frames as long as those of a wire. */
  private static final String DEVICE =
      "net_af_packet%d,iface=%s,framesz=2048,blocksz=4096,framecnt=8192,qdisc_bypass=1";

  private final RelayDirection there;
  private final RelayDirection back;
  private volatile @Nullable Impairment wanted;
  private Impairment path = Impairment.path(0, 0);
  private long pathSinceNanos = System.nanoTime();

  private Relay(NicDevice left, NicDevice right) {
    there = new RelayDirection(left.queue(0), right.queue(0), 0);
    back = new RelayDirection(right.queue(0), left.queue(0), 1);
  }

  /** Arguments: the two interfaces. Ends with its standard input. */
  public static void main(String[] args) {
    List<String> devices = List.of(DEVICE.formatted(0, args[0]), DEVICE.formatted(1, args[1]));
    List<NicDevice> opened = DpdkDevices.open(devices, DpdkOptions.defaults());
    Relay relay = new Relay(opened.get(0), opened.get(1));
    Thread.ofPlatform().daemon().start(relay::carryForEver);
    System.out.println("relaying");
    try (BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      in.lines().forEach(line -> relay.wanted = Impairment.parse(line));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    System.exit(0);
  }

  private void carryForEver() {
    while (true) {
      Impairment next = wanted;
      if (next != null) {
        wanted = null;
        become(next);
      }
      carry();
    }
  }

  private void become(Impairment next) {
    System.out.println("relayed there: " + there.report() + ", back: " + back.report());
    path = next;
    there.become(path);
    back.become(path);
    pathSinceNanos = System.nanoTime();
  }

  private void carry() {
    long now = System.nanoTime();
    boolean up = !path.isDown(now - pathSinceNanos);
    boolean moved = there.receive(up, now);
    moved |= back.receive(up, now);
    moved |= there.transmit(now);
    moved |= back.transmit(now);
    if (!moved) {
      rest(Math.min(there.nextDueNanos(), back.nextDueNanos()) - now);
    }
  }

  @SuppressWarnings("ThreadPriorityCheck") // the ends may need this core meanwhile
  private static void rest(long untilDueNanos) {
    if (untilDueNanos < SPIN_NANOS) {
      Thread.yield();
    } else {
      LockSupport.parkNanos(NAP_NANOS);
    }
  }
}
