package dev.sidestep.stack.nic.dpdk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sidestep.stack.packet.ArenaPacketPool;
import dev.sidestep.stack.packet.PacketBuffer;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Objects;
import java.util.Queue;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LongFramesTest {

  private static final int CUT_BYTES = 1982;
  private static final int LONG_BYTES = 60_000;
  private static final int RING_FRAMES = 8;
  private static final int BUFFERS = 4;
  private static final byte[] VLAN_TAG = {(byte) 0x81, 0, 0, 5};

  private final ArenaPacketPool pool = new ArenaPacketPool(Arena.ofAuto(), BUFFERS, 65_376);
  private final Queue<byte[]> copies = new ArrayDeque<>();
  private final LongFrames longFrames = new LongFrames(this::receive, pool, CUT_BYTES, RING_FRAMES);
  private final Random random = new Random(1);

  private long receive(MemorySegment into, long offset, int roomBytes) {
    byte[] copy = copies.poll();
    if (copy == null) {
      return -1;
    }
    int length = Math.min(copy.length, roomBytes);
    MemorySegment.copy(copy, 0, into, ValueLayout.JAVA_BYTE, offset, length);
    return copy.length;
  }

  @AfterEach
  void everyBufferIsBack() {
    longFrames.close();
    assertEquals(BUFFERS, pool.availableBuffers());
  }

  @Test
  void aFrameShorterThanAPlaceHasNotBeenCut() {
    PacketBuffer frame = buffer(bytes(CUT_BYTES - 1), CUT_BYTES - 1);
    assertFalse(longFrames.mayBeCut(frame));
    frame.free();
  }

  @Test
  void aCutFrameIsReplacedByItsCopy() {
    byte[] frame = bytes(LONG_BYTES);
    copies.add(frame);
    assertWhole(frame, cut(frame));
  }

  @Test
  void framesKeepTheirOrder() {
    byte[] first = bytes(LONG_BYTES);
    byte[] second = bytes(LONG_BYTES);
    copies.add(first);
    copies.add(second);
    assertWhole(first, cut(first));
    assertWhole(second, cut(second));
  }

  @Test
  void aFrameThatFitsExactlyHasNoCopyAndIsWholeAlready() {
    byte[] frame = bytes(CUT_BYTES);
    assertItself(cut(frame));
  }

  @Test
  void aCopyWaitsForItsFrameWhileThoseBeforeHaveNone() {
    byte[] copied = bytes(LONG_BYTES);
    copies.add(copied);
    assertItself(cut(bytes(LONG_BYTES)));
    assertItself(cut(bytes(LONG_BYTES)));
    assertWhole(copied, cut(copied));
  }

  @Test
  void aCopyThatNoFrameOfTheRingIsTheBeginningOfIsForgotten() {
    byte[] next = bytes(LONG_BYTES);
    copies.add(bytes(LONG_BYTES));
    copies.add(next);
    for (int i = 0; i <= RING_FRAMES; i++) {
      assertItself(cut(bytes(LONG_BYTES)));
    }
    assertWhole(next, cut(next));
  }

  @Test
  void theTagThatTheDriverPutsBackIsNotInTheCopy() {
    byte[] frame = bytes(LONG_BYTES);
    copies.add(frame);
    byte[] tagged = new byte[CUT_BYTES + VLAN_TAG.length];
    System.arraycopy(frame, 0, tagged, 0, 12);
    System.arraycopy(VLAN_TAG, 0, tagged, 12, VLAN_TAG.length);
    System.arraycopy(frame, 12, tagged, 16, CUT_BYTES - 12);
    assertWhole(frame, buffer(tagged, tagged.length));
  }

  @Test
  void aCopyThatIsTooLongIsCutAtTheBuffersEnd() {
    byte[] frame = bytes(100_000);
    copies.add(frame);
    assertWhole(Arrays.copyOf(frame, 65_376), cut(frame));
  }

  @Test
  void withoutABufferTheFrameStaysCut() {
    byte[] frame = bytes(LONG_BYTES);
    copies.add(frame);
    PacketBuffer[] others = new PacketBuffer[BUFFERS - 1];
    PacketBuffer cut = cut(frame);
    for (int i = 0; i < others.length; i++) {
      others[i] = buffer(frame, 1);
    }
    assertItself(cut);
    for (PacketBuffer other : others) {
      other.free();
    }
  }

  private byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }

  private PacketBuffer cut(byte[] frame) {
    return buffer(frame, CUT_BYTES);
  }

  private PacketBuffer buffer(byte[] bytes, int count) {
    PacketBuffer buffer = Objects.requireNonNull(pool.allocate());
    int at = buffer.append(count);
    MemorySegment.copy(bytes, 0, buffer.memory(), ValueLayout.JAVA_BYTE, at, count);
    return buffer;
  }

  private void assertWhole(byte[] expected, PacketBuffer cut) {
    assertTrue(longFrames.mayBeCut(cut));
    PacketBuffer whole = longFrames.whole(cut);
    assertNotSame(cut, whole);
    byte[] actual =
        whole.memory().asSlice(whole.offset(), whole.length()).toArray(ValueLayout.JAVA_BYTE);
    assertTrue(Arrays.equals(expected, actual));
    whole.free();
  }

  private void assertItself(PacketBuffer cut) {
    assertTrue(longFrames.mayBeCut(cut));
    assertSame(cut, longFrames.whole(cut));
    cut.free();
  }
}
