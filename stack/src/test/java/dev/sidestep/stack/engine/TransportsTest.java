package dev.sidestep.stack.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sidestep.stack.config.SettingsReader;
import dev.sidestep.stack.icmp.IcmpError;
import dev.sidestep.stack.ip.IpPacket;
import dev.sidestep.stack.nic.LoopbackDevice;
import dev.sidestep.stack.packet.DropReason;
import dev.sidestep.stack.packet.PacketBuffer;
import dev.sidestep.stack.socket.Command;
import dev.sidestep.stack.socket.ListenSocket;
import dev.sidestep.stack.socket.StackSocket;
import dev.sidestep.stack.transport.SocketSnapshot;
import dev.sidestep.stack.transport.Transport;
import dev.sidestep.stack.wire.IpProtocol;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A shard with two transport protocols, neither of which is a real one. */
class TransportsTest {

  private final RecordingTransport tcp = new RecordingTransport(IpProtocol.TCP);
  private final RecordingTransport udp = new RecordingTransport(IpProtocol.UDP);
  private final Shard shard =
      new Shard(() -> 0, loopbackAlone(), (owner, own) -> List.of(tcp, udp), socket -> {});

  private static Network loopbackAlone() {
    Properties settings = new Properties();
    settings.setProperty("sidestep.loopback", "stack");
    return new Network(
        List.of(), new LoopbackDevice(1), null, new SettingsReader(settings, null).read());
  }

  private void poll() {
    assertTrue(shard.tryOwn());
    try {
      shard.poll(0);
    } finally {
      shard.release();
    }
  }

  @Test
  void eachHasItsPartInATurn() {
    poll();
    assertEquals(List.of("timers", "flush"), tcp.calls);
    assertEquals(List.of("timers", "flush"), udp.calls);
  }

  @Test
  void whatOneThrowsKeepsTheOtherFromNothing() {
    tcp.thrown = new IllegalStateException("of a test");
    poll();
    assertEquals(List.of("timers", "recover", "flush", "recover"), tcp.calls);
    assertEquals(List.of("recover", "timers", "recover", "flush"), udp.calls);
    assertEquals(1, shard.counters().dropped(DropReason.INTERNAL_ERROR));
  }

  @Test
  void anErrorIsThrownWhenAllHaveHadTheirTurn() {
    StackOverflowError error = new StackOverflowError();
    tcp.thrown = error;
    assertEquals(error, assertThrows(StackOverflowError.class, this::poll));
    assertEquals(List.of("recover", "timers", "recover", "flush"), udp.calls);
    assertFalse(shard.isOwned());
  }

  @Test
  void aRequestReachesTheProtocolOfItsSocket() {
    new ListenSocket(shard, 1).submit(Command.LISTEN);
    assertEquals(List.of("execute " + Command.LISTEN, "flush"), tcp.calls);
    assertEquals(List.of("flush"), udp.calls);
  }

  @Test
  void theShardIsWantedWhenTheFirstOfThemIs() {
    tcp.deadlineNanos = 7;
    udp.deadlineNanos = 5;
    assertEquals(5, shard.nextDeadlineNanos());
  }

  @Test
  void nothingIsDoneBeforeAllAreDone() {
    Transports all = shard.transports();
    assertTrue(all.isQuiescent() && all.isDelivered());
    assertFalse(all.isFlushDue());
    udp.busy = true;
    assertFalse(all.isQuiescent() || all.isDelivered());
    assertTrue(all.isFlushDue());
  }

  /** Remembers what it was asked for, and throws on demand. */
  private static final class RecordingTransport implements Transport {

    private final List<String> calls = new ArrayList<>();
    private final int protocol;
    private @Nullable Throwable thrown;
    private long deadlineNanos = Long.MAX_VALUE;
    private boolean busy;

    RecordingTransport(int protocol) {
      this.protocol = protocol;
    }

    private void called(String what) {
      calls.add(what);
      if (thrown instanceof RuntimeException exception) {
        throw exception;
      }
      if (thrown instanceof Error error) {
        throw error;
      }
    }

    @Override
    public int protocol() {
      return protocol;
    }

    @Override
    public void receive(PacketBuffer packet, IpPacket ip, long nowNanos) {
      called("receive");
    }

    @Override
    public void icmpError(IcmpError error, long nowNanos) {
      called("icmpError");
    }

    @Override
    public void execute(StackSocket socket, int commands, long nowNanos) {
      called("execute " + commands);
    }

    @Override
    public void runTimers(long nowNanos) {
      called("timers");
    }

    @Override
    public void flush(long nowNanos) {
      called("flush");
    }

    @Override
    public boolean isFlushDue() {
      return busy;
    }

    @Override
    public long nextDeadlineNanos() {
      return deadlineNanos;
    }

    @Override
    public void recover(long nowNanos) {
      calls.add("recover");
    }

    @Override
    public void closeAll(long nowNanos) {
      called("closeAll");
    }

    @Override
    public boolean isQuiescent() {
      return !busy;
    }

    @Override
    public boolean isDelivered() {
      return !busy;
    }

    @Override
    public int connectionCount() {
      return 0;
    }

    @Override
    public List<SocketSnapshot> snapshot() {
      return List.of();
    }
  }
}
