package dev.sidestep.stack.testing;

import dev.sidestep.stack.nic.NicDevice;
import dev.sidestep.stack.nic.NicQueue;
import dev.sidestep.stack.packet.DropReason;
import dev.sidestep.stack.packet.PacketBuffer;
import dev.sidestep.stack.wire.ArpHeader;
import dev.sidestep.stack.wire.EthernetHeader;
import dev.sidestep.stack.wire.InternetChecksum;
import dev.sidestep.stack.wire.IpAddress;
import dev.sidestep.stack.wire.IpProtocol;
import dev.sidestep.stack.wire.Ipv4Header;
import dev.sidestep.stack.wire.TcpHeader;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The far end of the link in scripted tests: sends bare TCP segments as IPv4 over Ethernet, and
 * hands those that arrive to the {@link ScriptedPeer} of their ports after it has checked their
 * headers and checksums.
 */
final class PeerNetwork {

  private static final int BURST = 32;
  private static final int HISTORY_LINES = 40;

  private final TestClock clock;
  private final NicDevice device;
  private final NicQueue queue;
  private final IpAddress address;
  private final IpAddress stackAddress;
  private final long stackMac;
  private final long startNanos;
  private final List<ScriptedPeer> peers = new ArrayList<>();
  private final Deque<String> history = new ArrayDeque<>();
  private final PacketBuffer[] received = new PacketBuffer[BURST];

  PeerNetwork(
      TestClock clock, NicDevice device, IpAddress address, IpAddress stackAddress, long stackMac) {
    this.clock = clock;
    this.device = device;
    this.queue = device.queue(0);
    this.address = address;
    this.stackAddress = stackAddress;
    this.stackMac = stackMac;
    this.startNanos = clock.nanos();
  }

  void add(ScriptedPeer peer) {
    peers.add(peer);
  }

  /** Sends TCP header and payload with right checksums. */
  void send(byte[] segment) {
    TcpFrames.sendTcp(device, stackMac, address, stackAddress, segment);
  }

  /** Sends TCP header and payload with a bit that no longer is what the checksum says. */
  void sendFlipped(byte[] segment, int bit) {
    TcpFrames.sendTcp(device, stackMac, address, stackAddress, segment, bit);
  }

  /** Takes what has arrived; returns whether there was anything. */
  boolean poll() {
    int count = queue.rxBurst(received);
    for (int i = 0; i < count; i++) {
      receive(received[i]);
      received[i].free();
    }
    return count > 0;
  }

  private void receive(PacketBuffer frame) {
    MemorySegment memory = frame.memory();
    if (EthernetHeader.type(memory, frame.offset()) == EthernetHeader.TYPE_ARP) {
      answerArp(memory, frame.offset() + EthernetHeader.LENGTH_BYTES);
      return;
    }
    int at = frame.offset() + EthernetHeader.LENGTH_BYTES;
    check(Ipv4Header.validate(memory, at, frame.length() - EthernetHeader.LENGTH_BYTES));
    check(Ipv4Header.hasValidChecksum(memory, at), "IPv4 checksum");
    check(Ipv4Header.source(memory, at) == stackAddress.v4(), "source address");
    check(Ipv4Header.destination(memory, at) == address.v4(), "destination address");
    int tcp = at + Ipv4Header.headerLength(memory, at);
    int length = Ipv4Header.totalLength(memory, at) - Ipv4Header.headerLength(memory, at);
    check(TcpHeader.validate(memory, tcp, length));
    long sum =
        InternetChecksum.sum(memory, tcp, length)
            + InternetChecksum.pseudoHeaderV4(
                stackAddress.v4(), address.v4(), IpProtocol.TCP, length);
    check(InternetChecksum.isValid(sum), "TCP checksum");
    deliver(memory, tcp, length);
  }

  private void answerArp(MemorySegment memory, int at) {
    boolean asksForUs =
        ArpHeader.operation(memory, at) == ArpHeader.REQUEST
            && ArpHeader.targetIp(memory, at) == address.v4();
    PacketBuffer reply = asksForUs ? queue.pool().allocate() : null;
    if (reply == null) {
      return;
    }
    long own = device.macAddress();
    int ethernet = reply.append(EthernetHeader.LENGTH_BYTES);
    EthernetHeader.write(reply.memory(), ethernet, stackMac, own, EthernetHeader.TYPE_ARP);
    ArpHeader.write(
        reply.memory(),
        reply.append(ArpHeader.LENGTH_BYTES),
        ArpHeader.REPLY,
        own,
        address.v4(),
        stackMac,
        stackAddress.v4());
    queue.txBurst(new PacketBuffer[] {reply}, 0, 1);
  }

  private void deliver(MemorySegment memory, int tcp, int length) {
    byte[] segment = memory.asSlice(tcp, length).toArray(ValueLayout.JAVA_BYTE);
    int stackPort = TcpHeader.sourcePort(memory, tcp);
    int peerPort = TcpHeader.destinationPort(memory, tcp);
    for (ScriptedPeer peer : peers) {
      if (peer.isAt(stackPort, peerPort)) {
        peer.receive(segment);
        return;
      }
    }
    throw failure("a segment from port %d to %d, where nobody is".formatted(stackPort, peerPort));
  }

  private void check(DropReason verdict) {
    check(verdict == DropReason.NONE, verdict.meaning());
  }

  private void check(boolean right, String what) {
    if (!right) {
      throw failure("the stack sent a packet with a bad header: " + what);
    }
  }

  /** Notes a packet for failure messages. */
  void record(String line) {
    history.add("%12.6f  %s".formatted((clock.nanos() - startNanos) / 1e9, line));
    if (history.size() > HISTORY_LINES) {
      history.removeFirst();
    }
  }

  /** An error with the recent packets. */
  AssertionError failure(String message) {
    double now = (clock.nanos() - startNanos) / 1e9;
    return new AssertionError(
        "%s%nat %.6f s, after these packets (< to the stack, > from it):%n  %s"
            .formatted(message, now, String.join("%n  ".formatted(), history)));
  }
}
