package dev.sidestep.stack.wire;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Unaligned fields in network byte order, which every header here is made of. */
final class WireFields {

  private static final ValueLayout.OfShort U16 =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfInt I32 =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfLong I64 =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private WireFields() {}

  static int u8(MemorySegment segment, long offset) {
    return segment.get(ValueLayout.JAVA_BYTE, offset) & 0xff;
  }

  static int u16(MemorySegment segment, long offset) {
    return segment.get(U16, offset) & 0xffff;
  }

  static int i32(MemorySegment segment, long offset) {
    return segment.get(I32, offset);
  }

  static long i64(MemorySegment segment, long offset) {
    return segment.get(I64, offset);
  }

  static void setU8(MemorySegment segment, long offset, int value) {
    segment.set(ValueLayout.JAVA_BYTE, offset, (byte) value);
  }

  static void setU16(MemorySegment segment, long offset, int value) {
    segment.set(U16, offset, (short) value);
  }

  static void setI32(MemorySegment segment, long offset, int value) {
    segment.set(I32, offset, value);
  }

  static void setI64(MemorySegment segment, long offset, long value) {
    segment.set(I64, offset, value);
  }
}
