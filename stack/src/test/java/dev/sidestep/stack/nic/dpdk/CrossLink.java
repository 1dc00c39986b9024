package dev.sidestep.stack.nic.dpdk;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.sidestep.stack.nic.NicDevice;
import dev.sidestep.stack.nic.NicQueue;
import dev.sidestep.stack.nic.dpdk.ffi.DescriptorWait;
import dev.sidestep.stack.packet.PacketBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Opens two devices that lead to each other and sends frames both ways; says {@code crossed} and
 * both MTUs when all have arrived, {@code interrupts} with the number of ends that were told of
 * frames before they polled, and {@code leaked} with a number when buffers are missing.
 */
final class CrossLink {

  private static final int FRAMES = 20;
  private static final int FRAME_BYTES = 200;
  private static final int HEADER_BYTES = 14;
  private static final int MAX_POLLS = 50_000_000;

  /** An EtherType for experiments (IEEE 802): the kernel leaves such frames alone. */
  private static final byte[] ETHER_TYPE = {(byte) 0x88, (byte) 0xB5};

  private static int toldOfFrames;

  private CrossLink() {}

  public static void main(String[] devices) {
    DpdkOptions options = DpdkOptions.defaults().withPoolBuffers(4095);
    NicDevice a = DpdkDevices.open(List.of(devices[0]), options).getFirst();
    NicDevice b = DpdkDevices.open(List.of(devices[1]), options).getFirst();
    int idleA = a.queue(0).pool().availableBuffers();
    int idleB = b.queue(0).pool().availableBuffers();
    int frames = devices.length > 2 ? Integer.parseInt(devices[2]) : FRAMES;
    boolean crossed =
        cross(a.queue(0), b.queue(0), frames) && cross(b.queue(0), a.queue(0), frames);
    int missing =
        (idleA - a.queue(0).pool().availableBuffers())
            + (idleB - b.queue(0).pool().availableBuffers());
    System.out.println(
        (crossed ? "crossed " : "lost ")
            + a.capabilities().mtuBytes()
            + " "
            + b.capabilities().mtuBytes()
            + (toldOfFrames == 0 ? "" : " interrupts " + toldOfFrames)
            + (missing == 0 ? "" : " leaked " + missing)
            + (a.macAddress() == b.macAddress() ? " same address" : ""));
    a.close();
    b.close();
  }

  private static boolean cross(NicQueue from, NicQueue to, int frames) {
    boolean interrupt = to.enableRxInterrupt();
    for (int i = 0; i < frames; i++) {
      PacketBuffer[] frame = {frame(from, i)};
      while (from.txBurst(frame, 0, 1) == 0) {
        Thread.onSpinWait();
      }
    }
    if (interrupt) {
      toldOfFrames += isToldOfFrames(to) ? 1 : 0;
      to.disableRxInterrupt();
    }
    PacketBuffer[] received = new PacketBuffer[32];
    int expected = 0;
    for (int polls = 0; polls < MAX_POLLS && expected < frames; polls++) {
      int count = to.rxBurst(received);
      for (int i = 0; i < count; i++) {
        if (isFrame(received[i], expected)) {
          expected++;
        }
        received[i].free();
      }
    }
    return expected == frames;
  }

  private static boolean isToldOfFrames(NicQueue queue) {
    int[] descriptor = {queue.rxDescriptor()};
    return new DescriptorWait(1).await(descriptor, TimeUnit.SECONDS.toNanos(20));
  }

  private static PacketBuffer frame(NicQueue queue, int number) {
    PacketBuffer frame = queue.pool().allocate();
    if (frame == null) {
      throw new IllegalStateException("the pool is empty");
    }
    int at = frame.append(FRAME_BYTES);
    byte[] bytes = bytes(number);
    for (int i = 0; i < FRAME_BYTES; i++) {
      frame.memory().set(JAVA_BYTE, (long) at + i, bytes[i]);
    }
    return frame;
  }

  private static boolean isFrame(PacketBuffer frame, int number) {
    byte[] bytes = bytes(number);
    if (frame.length() != FRAME_BYTES) {
      return false;
    }
    for (int i = 0; i < FRAME_BYTES; i++) {
      long at = (long) frame.offset() + i;
      if (frame.memory().get(JAVA_BYTE, at) != bytes[i]) {
        return false;
      }
    }
    return true;
  }

  /** To everybody, from a locally administered address. */
  private static byte[] bytes(int number) {
    byte[] bytes = new byte[FRAME_BYTES];
    Arrays.fill(bytes, 0, 6, (byte) 0xFF);
    bytes[6] = 2;
    bytes[11] = 1;
    System.arraycopy(ETHER_TYPE, 0, bytes, 12, 2);
    byte[] text = ("frame " + number).getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(text, 0, bytes, HEADER_BYTES, text.length);
    return bytes;
  }
}
