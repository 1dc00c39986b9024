package dev.sidestep.stack.nic;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sidestep.stack.packet.PacketBuffer;
import dev.sidestep.stack.packet.PacketPool;
import dev.sidestep.stack.testing.SimulatedLink;
import dev.sidestep.stack.testing.StreamPattern;
import dev.sidestep.stack.testing.TestClock;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CapturingDeviceTest {

  private static final long START_NANOS = 1_700_000_000_123_456_789L;

  @TempDir Path directory;

  private final TestClock clock = new TestClock(START_NANOS);
  private final SimulatedLink link =
      new SimulatedLink(clock, SimulatedLink.Settings.perfect().withPool(64));

  @Test
  void framesBothWaysEndUpInAFileThatWiresharkReads() throws IOException {
    Path file = directory.resolve("both.pcap");
    try (PcapCapture capture = PcapCapture.open(file, clock)) {
      NicQueue captured = new CapturingDevice(link.left(), capture).queue(0);
      NicQueue other = link.right().queue(0);
      assertEquals(1, captured.txBurst(new PacketBuffer[] {frame(captured, 0, 61)}, 0, 1));
      clock.advance(1_000);
      assertEquals(1, other.txBurst(new PacketBuffer[] {frame(other, 100, 1514)}, 0, 1));
      receiveAndFree(captured, 1);
      receiveAndFree(other, 1);
    }
    ByteBuffer pcap = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    assertEquals(0xa1b23c4d, pcap.getInt(), "magic of nanosecond timestamps");
    assertEquals(2, pcap.getShort(), "major version");
    assertEquals(4, pcap.getShort(), "minor version");
    assertEquals(0, pcap.getLong(), "reserved");
    assertEquals(262_144, pcap.getInt(), "snap length");
    assertEquals(1, pcap.getInt(), "LINKTYPE_ETHERNET");
    assertRecord(pcap, 123_456_789, StreamPattern.bytes(0, 61));
    assertRecord(pcap, 123_457_789, StreamPattern.bytes(100, 1514));
    assertEquals(0, pcap.remaining());
  }

  private static void assertRecord(ByteBuffer pcap, int nanos, byte[] frame) {
    assertEquals(1_700_000_000, pcap.getInt(), "seconds");
    assertEquals(nanos, pcap.getInt(), "nanoseconds");
    assertEquals(frame.length, pcap.getInt(), "captured bytes");
    assertEquals(frame.length, pcap.getInt(), "original bytes");
    byte[] actual = new byte[frame.length];
    pcap.get(actual);
    assertArrayEquals(frame, actual);
  }

  @Test
  void framesThatTheDeviceRefusesAreNotCaptured() throws IOException {
    Path file = directory.resolve("refused.pcap");
    try (PcapCapture capture = PcapCapture.open(file, clock)) {
      NicDevice stingy = new StingyDevice(link.left(), 70);
      NicQueue captured = new CapturingDevice(stingy, capture).queue(0);
      PacketBuffer[] frames = new PacketBuffer[100];
      Arrays.fill(frames, frame(captured, 0, 60));
      assertEquals(70, captured.txBurst(frames, 0, 100));
      assertEquals(0, captured.txBurst(frames, 70, 30));
    }
    assertEquals(24 + 70L * (16 + 60), Files.size(file));
  }

  @Test
  void whatFindsNoRoomIsCountedAndNothingWaits() throws IOException {
    CaptureRing ring = new CaptureRing();
    PacketBuffer frame = frame(link.left().queue(0), 0, 1514);
    int fitting = CaptureRing.CAPACITY_BYTES / (16 + 1514);
    for (int i = 0; i < fitting + 5; i++) {
      ring.stage(frame, START_NANOS);
      ring.commit(1);
    }
    assertEquals(5, ring.missedFrames());
    Path file = directory.resolve("ring");
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      ring.drainTo(channel);
      ring.stage(frame, START_NANOS); // wraps
      ring.commit(1);
      ring.drainTo(channel);
    }
    assertEquals((fitting + 1) * (16L + 1514), Files.size(file));
    assertEquals(5, ring.missedFrames());
  }

  @Test
  void theDeviceLooksLikeTheOneItWraps() throws IOException {
    try (PcapCapture capture = PcapCapture.open(directory.resolve("none.pcap"))) {
      CapturingDevice device = new CapturingDevice(link.left(), capture);
      assertEquals(link.left().name(), device.name());
      assertEquals(link.left().macAddress(), device.macAddress());
      assertEquals(link.left().capabilities(), device.capabilities());
      assertEquals(link.left().queue(0).pool(), device.queue(0).pool());
      assertTrue(device.linkUp());
      assertEquals(0, capture.missedFrames());
    }
  }

  private static PacketBuffer frame(NicQueue queue, long position, int length) {
    PacketBuffer frame = queue.pool().allocate();
    assertNotNull(frame);
    byte[] bytes = StreamPattern.bytes(position, length);
    MemorySegment.copy(
        bytes, 0, frame.memory(), ValueLayout.JAVA_BYTE, frame.append(length), length);
    return frame;
  }

  private static void receiveAndFree(NicQueue queue, int count) {
    PacketBuffer[] received = new PacketBuffer[8];
    assertEquals(count, queue.rxBurst(received));
    for (int i = 0; i < count; i++) {
      received[i].free();
    }
  }

  /** Takes so many frames in all and leaves them with whoever made them. */
  private static final class StingyDevice implements NicDevice, NicQueue {

    private final NicDevice device;
    private int stillTakes;

    StingyDevice(NicDevice device, int takes) {
      this.device = device;
      this.stillTakes = takes;
    }

    @Override
    public int rxBurst(PacketBuffer[] into) {
      return 0;
    }

    @Override
    public int txBurst(PacketBuffer[] frames, int fromIndex, int count) {
      int taken = Math.min(count, stillTakes);
      stillTakes -= taken;
      return taken;
    }

    @Override
    public PacketPool pool() {
      return device.queue(0).pool();
    }

    @Override
    public String name() {
      return device.name();
    }

    @Override
    public long macAddress() {
      return device.macAddress();
    }

    @Override
    public NicCapabilities capabilities() {
      return device.capabilities();
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
      return true;
    }

    @Override
    public void close() {}
  }
}
