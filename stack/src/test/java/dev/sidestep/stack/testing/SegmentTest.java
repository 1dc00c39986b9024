package dev.sidestep.stack.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SegmentTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "S 0:0(0) win 65535 <mss 1460,sackOK,TS val 100 ecr 0,nop,wscale 7>",
        "S. 0:0(0) ack 1 win 65535",
        "P. 1:101(100) ack 1 win 229 <nop,nop,TS val 5 ecr 100>",
        "FPUEW. -9:1(10) ack 1 win 0 urg 3 <nop,nop,sack 1:11 21:31>",
        "- 0:0(0) win 0 <hex fe04abcd,eol>",
        "R 77:77(0) win 0"
      })
  void theNotationIsReadAndWritten(String notation) {
    assertEquals(notation, Segment.parse(notation).toString());
  }

  @Test
  void anExpectationLeavesOpenWhatItDoesNotSay() {
    Segment actual = Segment.parse(". 1:1(0) ack 101 win 500 <nop,nop,TS val 7 ecr 9>");
    assertTrue(Segment.parse(". 1:1(0) ack 101 <...>").matches(actual));
    assertTrue(Segment.parse(". 1:1(0) ack 101 win * <nop,nop,TS val * ecr 9>").matches(actual));
    assertFalse(Segment.parse(". 1:1(0) ack 101").matches(actual), "options");
    assertFalse(Segment.parse(". 1:1(0) ack 101 win 501 <...>").matches(actual), "window");
    assertFalse(Segment.parse(". 1:1(0) ack 102 <...>").matches(actual), "acknowledgment");
    assertFalse(Segment.parse("P. 1:1(0) ack 101 <...>").matches(actual), "flags");
    assertFalse(Segment.parse(". 2:2(0) ack 101 <...>").matches(actual), "sequence");
  }

  @Test
  void whatIsNoSegmentIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> Segment.parse("S 0:1(0)"));
    assertThrows(IllegalArgumentException.class, () -> Segment.parse("X 0:0(0)"));
    assertThrows(IllegalArgumentException.class, () -> Segment.parse("S 0:0(0) <tfo>"));
  }
}
