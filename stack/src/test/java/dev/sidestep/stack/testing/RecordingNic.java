package dev.sidestep.stack.testing;

import dev.sidestep.stack.nic.NicCapabilities;
import dev.sidestep.stack.nic.NicDevice;
import dev.sidestep.stack.nic.NicQueue;
import dev.sidestep.stack.packet.ArenaPacketPool;
import dev.sidestep.stack.packet.PacketBuffer;
import dev.sidestep.stack.packet.PacketPool;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A device with one queue, made of lists: a test puts received frames in and takes transmitted
 * frames out.
 */
public final class RecordingNic implements NicDevice, NicQueue {

  private static final int BUFFERS = 1024;

  private final ArenaPacketPool pool;
  private final long macAddress;
  private final NicCapabilities capabilities;
  private final ArrayDeque<PacketBuffer> received = new ArrayDeque<>();
  private final List<byte[]> transmitted = new ArrayList<>();
  private final Set<Thread> interruptEnablers = ConcurrentHashMap.newKeySet();
  private int txRoom = Integer.MAX_VALUE;
  private boolean linkUp = true;

  /** Makes a device that resolves neighbours and leaves checksums to software. */
  public RecordingNic(long macAddress, int mtuBytes) {
    this(macAddress, new NicCapabilities(mtuBytes, false, false, true));
  }

  /** Makes a device with the capabilities given. */
  public RecordingNic(long macAddress, NicCapabilities capabilities) {
    this(macAddress, capabilities, capabilities.mtuBytes() + 64);
  }

  /** The same with buffers of {@code roomBytes}. */
  public RecordingNic(long macAddress, NicCapabilities capabilities, int roomBytes) {
    this.macAddress = macAddress;
    this.capabilities = capabilities;
    this.pool = new ArenaPacketPool(Arena.ofAuto(), BUFFERS, roomBytes);
  }

  /** Queues a frame for the next rx burst. */
  public void inject(byte[] frame) {
    received.add(bufferOf(frame));
  }

  /** A buffer of the device's pool that holds {@code frame}. */
  public PacketBuffer bufferOf(byte[] frame) {
    PacketBuffer buffer = pool.allocate();
    if (buffer == null) {
      throw new AssertionError("packet pool empty: something leaks");
    }
    int at = buffer.append(frame.length);
    MemorySegment.copy(frame, 0, buffer.memory(), ValueLayout.JAVA_BYTE, at, frame.length);
    return buffer;
  }

  /** The frames transmitted since the last call. */
  public List<byte[]> takeTransmitted() {
    List<byte[]> taken = List.copyOf(transmitted);
    transmitted.clear();
    return taken;
  }

  /** How many more frames the transmit ring takes before it is full. */
  public void setTxRoom(int frames) {
    txRoom = frames;
  }

  /** Plugs the cable in or out. */
  public void setLinkUp(boolean up) {
    linkUp = up;
  }

  /** Number of buffers somebody holds. */
  public int buffersInUse() {
    return pool.capacityBuffers() - pool.availableBuffers();
  }

  @Override
  public int rxBurst(PacketBuffer[] into) {
    int count = Math.min(into.length, received.size());
    for (int i = 0; i < count; i++) {
      into[i] = received.remove();
    }
    return count;
  }

  @Override
  public int txBurst(PacketBuffer[] frames, int fromIndex, int count) {
    int taken = Math.min(count, txRoom);
    txRoom -= taken;
    for (int i = fromIndex; i < fromIndex + taken; i++) {
      PacketBuffer frame = frames[i];
      MemorySegment bytes = frame.memory().asSlice(frame.offset(), frame.length());
      transmitted.add(bytes.toArray(ValueLayout.JAVA_BYTE));
      frame.free();
    }
    return taken;
  }

  @Override
  public boolean hasRxInterrupt() {
    return true;
  }

  /** The threads that have enabled the receive interrupt. */
  public Set<Thread> interruptEnablers() {
    return interruptEnablers;
  }

  @Override
  public boolean enableRxInterrupt() {
    interruptEnablers.add(Thread.currentThread());
    return received.isEmpty();
  }

  @Override
  public PacketPool pool() {
    return pool;
  }

  @Override
  public String name() {
    return "recording";
  }

  @Override
  public long macAddress() {
    return macAddress;
  }

  @Override
  public NicCapabilities capabilities() {
    return capabilities;
  }

  @Override
  public int queueCount() {
    return 1;
  }

  @Override
  public NicQueue queue(int index) {
    return this;
  }

  @Override
  public boolean linkUp() {
    return linkUp;
  }

  @Override
  public void close() {}
}
