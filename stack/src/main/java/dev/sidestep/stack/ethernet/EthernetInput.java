package dev.sidestep.stack.ethernet;

import dev.sidestep.stack.counters.Counter;
import dev.sidestep.stack.counters.ShardCounters;
import dev.sidestep.stack.packet.DropReason;
import dev.sidestep.stack.packet.PacketBuffer;
import dev.sidestep.stack.wire.EthernetHeader;
import dev.sidestep.stack.wire.MacAddress;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Takes frames from one interface, keeps those meant for it and hands them on by EtherType (Linux:
 * eth_type_trans and __netif_receive_skb).
 *
 * <p>A VLAN-tagged frame is for a network this interface is not part of, so its EtherType counts as
 * unknown, as in Linux without a VLAN device.
 *
 * <p>Threads: the shard's owner.
 */
public final class EthernetInput {

  private final long macAddress;
  private final boolean pointToPoint;
  private final int maxFrameBytes;
  private final ShardCounters counters;

  /** Who receives the frames of one EtherType. */
  private static final class Receiver {
    final int type;
    final EthernetPayloadInput input;
    @Nullable Receiver next;

    Receiver(int type, EthernetPayloadInput input) {
      this.type = type;
      this.input = input;
    }
  }

  /** In the order of registration. */
  private @Nullable Receiver first;

  /**
   * Makes the input of one interface.
   *
   * @param macAddress the interface's own
   * @param pointToPoint whether every frame that arrives is meant for this end
   * @param largestPayloadBytes largest payload the device may receive
   */
  public EthernetInput(
      long macAddress, boolean pointToPoint, int largestPayloadBytes, ShardCounters counters) {
    this.macAddress = macAddress;
    this.pointToPoint = pointToPoint;
    this.maxFrameBytes = EthernetHeader.LENGTH_BYTES + largestPayloadBytes;
    this.counters = counters;
  }

  /**
   * Says who receives frames of an EtherType (Linux: dev_add_pack). Whoever wires the stack does so
   * before the first frame, the most frequent type first.
   */
  public void register(int type, EthernetPayloadInput input) {
    Receiver added = new Receiver(type, input);
    Receiver last = first;
    if (last == null) {
      first = added;
      return;
    }
    while (last.next != null) {
      last = last.next;
    }
    last.next = added;
  }

  /** Handles one received frame. Borrows it: the caller frees it afterwards. Never throws. */
  public void receive(PacketBuffer frame, long nowNanos) {
    counters.increment(Counter.RX_PACKETS);
    counters.add(Counter.RX_BYTES, frame.length());
    DropReason verdict = accept(frame);
    if (verdict != DropReason.NONE) {
      counters.drop(verdict);
      return;
    }
    MemorySegment memory = frame.memory();
    int offset = frame.offset();
    boolean toGroup = MacAddress.isGroup(EthernetHeader.destination(memory, offset));
    int type = EthernetHeader.type(memory, offset);
    frame.pull(EthernetHeader.LENGTH_BYTES);
    deliver(type, frame, toGroup, nowNanos);
  }

  /** The first receiver has a call of its own, which stays one that the JVM can inline. */
  private void deliver(int type, PacketBuffer frame, boolean toGroup, long nowNanos) {
    Receiver receiver = first;
    if (receiver != null && receiver.type == type) {
      receiver.input.receive(frame, toGroup, nowNanos);
    } else {
      deliverToOthers(type, frame, toGroup, nowNanos);
    }
  }

  private void deliverToOthers(int type, PacketBuffer frame, boolean toGroup, long nowNanos) {
    Receiver receiver = first;
    while (receiver != null && receiver.type != type) {
      receiver = receiver.next;
    }
    if (receiver == null) {
      counters.drop(DropReason.ETHERNET_UNKNOWN_TYPE);
    } else {
      receiver.input.receive(frame, toGroup, nowNanos);
    }
  }

  private DropReason accept(PacketBuffer frame) {
    MemorySegment memory = frame.memory();
    int offset = frame.offset();
    DropReason verdict = EthernetHeader.validate(memory, offset, frame.length());
    if (verdict != DropReason.NONE) {
      return verdict;
    }
    if (frame.length() > maxFrameBytes) {
      return DropReason.FRAME_TOO_LONG;
    }
    long destination = EthernetHeader.destination(memory, offset);
    boolean ours = destination == macAddress || MacAddress.isGroup(destination) || pointToPoint;
    return ours ? DropReason.NONE : DropReason.ETHERNET_OTHER_HOST;
  }
}
