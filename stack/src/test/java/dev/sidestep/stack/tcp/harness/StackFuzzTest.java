package dev.sidestep.stack.tcp.harness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.sidestep.stack.packet.DropReason;
import dev.sidestep.stack.socket.StreamSocket;
import dev.sidestep.stack.tcp.TcbSnapshot;
import dev.sidestep.stack.tcp.TcpConfig;
import dev.sidestep.stack.testing.SimulatedLink;
import dev.sidestep.stack.testing.TcpFrames;
import dev.sidestep.stack.testing.TestClock;
import dev.sidestep.stack.testing.Transfer;
import dev.sidestep.stack.testing.TwoHosts;
import dev.sidestep.stack.wire.IpAddress;
import dev.sidestep.stack.wire.TcpHeader;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * An attacker who knows every sequence number sends whatever bytes say, checksums right, to a
 * server that also serves somebody else. Whatever that is: nothing is thrown, no packet buffer is
 * lost, and the other connection still works afterwards.
 *
 * <p>In an ordinary build a fixed set of random inputs and the corpus in {@code src/test/resources}
 * run as plain tests. Coverage-guided, for as long as {@code maxDuration} says or until it finds
 * something:
 *
 * <pre>
 * mvn -pl stack -am test -Pfuzz -Dtest=StackFuzzTest -Dsurefire.failIfNoSpecifiedTests=false
 * </pre>
 */
class StackFuzzTest {

  private static final int RANDOM_INPUTS = 400;
  private static final int RANDOM_INPUT_BYTES = 600;

  private static final IpAddress ATTACKER_ADDRESS = IpAddress.ofV4(0xc000_0263);
  private static final int ATTACKER_PORT = 50_000;
  private static final int ATTACKER_INITIAL_SEQUENCE = 1000;
  private static final int ECHO_BYTES = 5000;

  @FuzzTest(maxDuration = "10m")
  void noPacketsHarmTheStack(byte[] input) {
    new Attack(input).run();
  }

  @Test
  void noRandomPacketsHarmTheStack() {
    for (int seed = 0; seed < RANDOM_INPUTS; seed++) {
      byte[] input = new byte[RANDOM_INPUT_BYTES];
      new SplittableRandom(seed).nextBytes(input);
      try {
        new Attack(input).run();
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("with the random input of seed " + seed, e);
      }
    }
  }

  /** One input, one victim. */
  private static final class Attack {

    private final ByteBuffer input;
    private final TwoHosts hosts =
        new TwoHosts(
            SimulatedLink.Settings.perfect().withPool(64).withQueue(64), TcpConfig.defaults());
    private final TwoHosts.Connection bystanders = hosts.connect();
    private final ByteBuffer scratch = ByteBuffer.allocate(4096);
    private @Nullable StreamSocket victim;
    private int attackerNext = ATTACKER_INITIAL_SEQUENCE + 1;

    Attack(byte[] input) {
      this.input = ByteBuffer.wrap(input);
    }

    void run() {
      establish();
      while (input.hasRemaining()) {
        step(next());
        hosts.poll();
      }
      hosts.runFor(TestClock.millis(10));
      theBystandersStillTalk();
      assertEquals(0, hosts.server().dropped(DropReason.INTERNAL_ERROR));
      if (victim != null) {
        victim.close();
      }
      hosts.closeAndExpectNothingLeft(bystanders);
    }

    private void establish() {
      send(TcpHeader.SYN, ATTACKER_INITIAL_SEQUENCE, 0, 0xffff, new byte[0], new byte[0]);
      hosts.poll();
      hosts.poll();
      send(TcpHeader.ACK, attackerNext, serverNext(), 0xffff, new byte[0], new byte[0]);
      hosts.poll();
      hosts.poll();
      victim = hosts.listener().accept();
      assertNotNull(victim, "the attacker is connected like anybody else");
    }

    /** SND.NXT of the server's end, which a real attacker would have to guess. */
    private int serverNext() {
      TcbSnapshot tcb = attacked();
      return tcb == null ? 0 : tcb.sndNxt();
    }

    private @Nullable TcbSnapshot attacked() {
      for (TcbSnapshot tcb : hosts.server().snapshot()) {
        if (tcb.remoteAddress().equals(ATTACKER_ADDRESS) && tcb.remotePort() == ATTACKER_PORT) {
          return tcb;
        }
      }
      return null;
    }

    private void step(int kind) {
      switch (kind & 7) {
        case 0 -> hosts.runFor(TestClock.millis(1L + next() * 20L));
        case 1 -> application(next());
        case 2 -> sendGarbage();
        default -> sendSegment();
      }
    }

    private void application(int what) {
      StreamSocket socket = victim;
      if (socket == null) {
        victim = hosts.listener().accept();
        return;
      }
      switch (what & 7) {
        case 0, 1, 2 -> socket.write(scratch.clear());
        case 3, 4, 5 -> socket.read(scratch.clear());
        case 6 -> socket.shutdownOutput();
        default -> {
          socket.close();
          victim = null;
        }
      }
    }

    /** Anything at all, as a TCP segment. */
    private void sendGarbage() {
      byte[] segment = bytes(next() & 127);
      inject(segment);
    }

    /** A segment near what the victim expects, each field off by a little or a lot. */
    private void sendSegment() {
      int flags = flags();
      TcbSnapshot tcb = attacked();
      int seq = (tcb == null ? attackerNext : tcb.rcvNxt()) + offset();
      int ack = (tcb == null ? 0 : tcb.sndNxt()) + offset();
      int window = next() << (next() & 8);
      byte[] options = bytes(4 * (next() % 11));
      byte[] payload = new byte[payloadLength()];
      send(flags, seq, ack, window, options, payload);
    }

    /** Mostly such that the connection lives on, or there would soon be nothing to attack. */
    private int flags() {
      int flags = next();
      boolean anything = (next() & 7) == 0;
      int ends = TcpHeader.SYN | TcpHeader.RST | TcpHeader.FIN;
      return anything ? flags : (flags & ~ends) | TcpHeader.ACK;
    }

    private int offset() {
      int choice = next();
      return switch (choice & 3) {
        case 0, 1 -> 0;
        case 2 -> (byte) next();
        default -> (next() << 24) | (next() << 8);
      };
    }

    private int payloadLength() {
      int choice = next();
      return (choice & 1) == 0 ? 0 : ((choice << 3) + (next() & 7)) % 1400;
    }

    private void send(int flags, int seq, int ack, int window, byte[] options, byte[] payload) {
      int header = TcpHeader.MIN_LENGTH_BYTES + options.length;
      byte[] segment = new byte[header + payload.length];
      TcpHeader.write(
          MemorySegment.ofArray(segment),
          0,
          ATTACKER_PORT,
          TwoHosts.SERVER_PORT,
          seq,
          ack,
          header,
          flags,
          window);
      System.arraycopy(options, 0, segment, TcpHeader.MIN_LENGTH_BYTES, options.length);
      inject(segment);
    }

    private void inject(byte[] segment) {
      TcpFrames.sendTcp(
          hosts.link().left(),
          hosts.link().right().macAddress(),
          ATTACKER_ADDRESS,
          hosts.server().address(),
          segment);
    }

    private int next() {
      return input.hasRemaining() ? input.get() & 0xff : 0;
    }

    private byte[] bytes(int count) {
      byte[] bytes = new byte[Math.min(count, input.remaining() & ~3)];
      input.get(bytes);
      return bytes;
    }

    private void theBystandersStillTalk() {
      List<Transfer> transfers =
          List.of(
              new Transfer(bystanders.client(), bystanders.server(), ECHO_BYTES),
              new Transfer(bystanders.server(), bystanders.client(), ECHO_BYTES));
      hosts.runUntil(
          () -> {
            transfers.forEach(Transfer::pump);
            return transfers.stream().allMatch(Transfer::isDone);
          });
    }
  }
}
