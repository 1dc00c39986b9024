package dev.sidestep.stack.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sidestep.stack.testing.Frames;
import java.lang.foreign.MemorySegment;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TcpOptionsTest {

  private static final int ABSENT = ParsedTcpOptions.ABSENT;

  private final ParsedTcpOptions parsed = new ParsedTcpOptions();

  private ParsedTcpOptions parse(String hex) {
    byte[] bytes = Frames.hex(hex);
    TcpOptions.parse(MemorySegment.ofArray(bytes), 0, bytes.length, parsed);
    return parsed;
  }

  private void assertNothingParsed() {
    assertEquals(ABSENT, parsed.mssBytes);
    assertEquals(ABSENT, parsed.windowScale);
    assertFalse(parsed.sackPermitted);
    assertFalse(parsed.timestampPresent);
    assertEquals(0, parsed.sackBlockCount);
  }

  @Test
  void readsTheSynOfALinuxPeer() {
    parse("020405b4 0402080a 8f3b2a11 00000000 01030307");
    assertEquals(1460, parsed.mssBytes);
    assertTrue(parsed.sackPermitted);
    assertTrue(parsed.timestampPresent);
    assertEquals(0x8f3b2a11, parsed.timestampValue);
    assertEquals(0, parsed.timestampEchoReply);
    assertEquals(7, parsed.windowScale);
  }

  @Test
  void readsTheTimestampsOfAnOrdinarySegment() {
    parse("0101080a 00000007 fffffff9");
    assertTrue(parsed.timestampPresent);
    assertEquals(7, parsed.timestampValue);
    assertEquals(-7, parsed.timestampEchoReply);
    assertEquals(ABSENT, parsed.mssBytes);
  }

  @Test
  void readsTimestampsInWhateverPlaceTheyStand() {
    parse("080a 00000007 00000009 0000");
    assertTrue(parsed.timestampPresent);
    assertEquals(7, parsed.timestampValue);
    assertEquals(9, parsed.timestampEchoReply);
  }

  @Test
  void readsSackBlocksBehindTimestamps() {
    parse("0101080a 00000001 00000002 0101 0512 00000010 00000020 00000030 00000040");
    assertTrue(parsed.timestampPresent);
    assertEquals(2, parsed.sackBlockCount);
    assertEquals(0x10, parsed.sackLeftEdge(0));
    assertEquals(0x20, parsed.sackRightEdge(0));
    assertEquals(0x30, parsed.sackLeftEdge(1));
    assertEquals(0x40, parsed.sackRightEdge(1));
  }

  @Test
  void forgetsTheSegmentBefore() {
    parse("020405b4 0402080a 8f3b2a11 00000000 01030307");
    parse("");
    assertNothingParsed();
  }

  @Test
  void takesAnyWindowScaleAboveFourteenForFourteen() {
    assertEquals(14, parse("03030e00").windowScale);
    assertEquals(14, parse("03030f00").windowScale);
    assertEquals(14, parse("0303ff00").windowScale);
  }

  @Test
  void skipsUnknownOptionsByTheirLength() {
    // MUST-6: kind 254 with four bytes of value, then an MSS.
    assertEquals(1000, parse("fe06aabbccdd 020403e8 0000").mssBytes);
  }

  @Test
  void stopsAtTheEndOfTheList() {
    parse("00 020405b4 000000");
    assertNothingParsed();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "02000000", // MSS of length 0
        "02010000", // MSS of length 1
        "020305b4", // MSS of length 3
        "020505b40000", // MSS of length 5
        "0204", // MSS cut off
        "02", // no room for a length
        "010102", // the same behind padding
        "03020700", // window scale of length 2
        "030407000000", // window scale of length 4
        "040300000000", // SACK-permitted of length 3
        "0502", // SACK without a block
        "0509000000000000000000", // SACK of length 9
        "050b000000000000000000000000", // SACK of length 11
        "0522", // SACK that claims four blocks and has none
        "080900000001000000", // timestamps of length 9
        "080b000000010000000200", // timestamps of length 11
        "1d0400000000", // authentication option, malformed
        "1302", // MD5 signature, malformed
        "ffff", // unknown kind, length past the end
        "01010101010101010101010101010101010101010101010101010101010101010101010101010101",
      })
  void ignoresMalformedOptions(String options) {
    parse(options);
    assertNothingParsed();
  }

  @Test
  void ignoresASackOptionOfMoreThanFourBlocks() {
    // It cannot fit into a header, but the parser does not rely on that.
    parse("052a" + "00".repeat(40));
    assertEquals(0, parsed.sackBlockCount);
  }

  @Test
  void everyKindWithEveryLengthInEveryRoomIsSurvived() {
    for (int kind = 0; kind < 256; kind++) {
      for (int length = 0; length < 256; length++) {
        for (int room = 0; room <= 40; room++) {
          byte[] bytes = new byte[room];
          if (room > 0) {
            bytes[0] = (byte) kind;
          }
          if (room > 1) {
            bytes[1] = (byte) length;
          }
          TcpOptions.parse(MemorySegment.ofArray(bytes), 0, room, parsed);
        }
      }
    }
  }

  @Property
  void noBytesMakeTheParserFail(@ForAll @Size(max = 40) byte[] bytes) {
    TcpOptions.parse(MemorySegment.ofArray(bytes), 0, bytes.length, parsed);
    assertTrue(parsed.windowScale <= TcpOptions.MAX_WINDOW_SCALE);
    assertTrue(parsed.sackBlockCount <= ParsedTcpOptions.MAX_SACK_BLOCKS);
  }

  @Test
  void writesASynAsLinuxDoes() {
    MemorySegment segment = MemorySegment.ofArray(new byte[20]);
    assertEquals(20, TcpOptions.synLength(true, true, 7));
    assertEquals(20, TcpOptions.writeSyn(segment, 0, 1460, true, true, 0x8f3b2a11, 0, 7));
    byte[] linux = Frames.hex("020405b4 0402080a 8f3b2a11 00000000 01030307");
    assertEquals(-1, segment.mismatch(MemorySegment.ofArray(linux)));
  }

  @Test
  void padsSackPermittedWithoutTimestampsAsLinuxDoes() {
    MemorySegment segment = MemorySegment.ofArray(new byte[12]);
    assertEquals(12, TcpOptions.writeSyn(segment, 0, 1460, true, false, 0, 0, 7));
    byte[] linux = Frames.hex("020405b4 01010402 01030307");
    assertEquals(-1, segment.mismatch(MemorySegment.ofArray(linux)));
  }

  @Property
  void synOptionsReadBackAsWritten(
      @ForAll @IntRange(max = 65_535) int mss,
      @ForAll boolean sackPermitted,
      @ForAll boolean timestamps,
      @ForAll int value,
      @ForAll int echoReply,
      @ForAll @IntRange(min = -1, max = 14) int windowScale) {
    MemorySegment segment = MemorySegment.ofArray(new byte[40]);
    int length =
        TcpOptions.writeSyn(
            segment, 0, mss, sackPermitted, timestamps, value, echoReply, windowScale);
    assertEquals(TcpOptions.synLength(sackPermitted, timestamps, windowScale), length);
    assertEquals(0, length % 4);
    TcpOptions.parse(segment, 0, length, parsed);
    assertEquals(mss, parsed.mssBytes);
    assertEquals(sackPermitted, parsed.sackPermitted);
    assertEquals(timestamps, parsed.timestampPresent);
    assertEquals(timestamps ? value : 0, parsed.timestampValue);
    assertEquals(timestamps ? echoReply : 0, parsed.timestampEchoReply);
    assertEquals(windowScale, parsed.windowScale);
  }

  @Property
  void sackBlocksReadBackAsWritten(
      @ForAll @Size(min = 2, max = 6) int[] edges, @ForAll int value, @ForAll int echoReply) {
    int blocks = edges.length / 2;
    MemorySegment segment = MemorySegment.ofArray(new byte[40]);
    int at = TcpOptions.writeTimestamps(segment, 0, value, echoReply);
    TcpOptions.writeSackHead(segment, at, blocks);
    for (int i = 0; i < blocks; i++) {
      TcpOptions.writeSackBlock(segment, at, i, edges[2 * i], edges[(2 * i) + 1]);
    }
    TcpOptions.parse(segment, 0, at + TcpOptions.sackLength(blocks), parsed);
    assertEquals(blocks, parsed.sackBlockCount);
    for (int i = 0; i < blocks; i++) {
      assertEquals(edges[2 * i], parsed.sackLeftEdge(i));
      assertEquals(edges[(2 * i) + 1], parsed.sackRightEdge(i));
    }
  }
}
