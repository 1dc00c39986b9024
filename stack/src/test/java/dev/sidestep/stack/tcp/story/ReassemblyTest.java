package dev.sidestep.stack.tcp.story;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sidestep.stack.socket.StreamOptions;
import dev.sidestep.stack.testing.ScriptedApp;
import dev.sidestep.stack.testing.TcpStory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Segments that come out of order, twice or overlapping (RFC 9293 §3.10.7.4, SHLD-31). */
class ReassemblyTest extends TcpStory {

  @Test
  void aSegmentAheadOfAHoleWaitsForItAndAsksForIt() {
    ScriptedApp app = acceptedConnection(1000, 65_535);
    peer.sends("P. 101:201(100) ack 1");
    // RFC 5681 §4.2: a duplicate ACK at once.
    peer.expects(". 1:1(0) ack 1");
    app.readsNothing();
    peer.sends("P. 1:101(100) ack 1");
    peer.expects(". 1:1(0) ack 201");
    app.reads(200);
  }

  @Test
  void selectiveAcknowledgementsNameWhatIsThereNewestFirst() {
    // RFC 2018 §4.
    ScriptedApp app = acceptedConnection("<mss 1000,nop,nop,sackOK>", 65_535, new StreamOptions());
    peer.sends("P. 101:201(100) ack 1");
    peer.expects(". 1:1(0) ack 1 <nop,nop,sack 101:201>");
    peer.sends("P. 301:401(100) ack 1");
    peer.expects(". 1:1(0) ack 1 <nop,nop,sack 301:401 101:201>");
    peer.sends("P. 201:251(50) ack 1");
    peer.expects(". 1:1(0) ack 1 <nop,nop,sack 101:251 301:401>");
    peer.sends("P. 1:101(100) ack 1");
    peer.expects(". 1:1(0) ack 251 <nop,nop,sack 301:401>");
    peer.sends("P. 251:301(50) ack 1");
    peer.expects(". 1:1(0) ack 401");
    app.reads(400);
  }

  @Test
  void aRepeatedSegmentIsAcknowledgedAndDroppedBeforeAnybodySeesIt() {
    ScriptedApp app = acceptedConnection(1000, 65_535);
    peer.sends("P. 1:101(100) ack 1");
    peer.expects(". 1:1(0) ack 101");
    peer.sendsForgedPayload("P. 1:101(100) ack 1");
    peer.expects(". 1:1(0) ack 101");
    app.reads(100);
    app.readsNothing();
  }

  @Test
  void bytesThatWereDeliverableFirstWinOverAnOverlap() {
    ScriptedApp app = acceptedConnection(1000, 65_535);
    peer.sends("P. 1:101(100) ack 1");
    peer.expects(". 1:1(0) ack 101");
    // Only 101:151 of it is new, and those bytes are right.
    peer.sends("P. 51:151(100) ack 1");
    peer.expects(". 1:1(0) ack 151");
    app.reads(150);
  }

  @Test
  void everyOrderOfEveryThreeOverlappingSegmentsGivesTheSameStream() {
    ScriptedApp app = acceptedConnection(1000, 65_535);
    int start = 1;
    for (int first = 0; first < 36; first++) {
      for (int second = 0; second < 36; second++) {
        start = overlap(app, start, first, second);
      }
    }
  }

  /** Sends two pieces of the next six bytes, then all six. */
  private int overlap(ScriptedApp app, int start, int first, int second) {
    sendPiece(start, first);
    sendPiece(start, second);
    peer.sends("P. %d:%d(6) ack 1".formatted(start, start + 6));
    peer.ignoresWhatCame();
    app.reads(6);
    app.readsNothing();
    return start + 6;
  }

  private void sendPiece(int start, int piece) {
    int from = start + Math.min(piece / 6, piece % 6);
    int length = Math.abs(piece / 6 - piece % 6) + 1;
    peer.sends("P. %d:%d(%d) ack 1".formatted(from, from + length, length));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void randomOrderAndRepetitionsGiveTheSameStream(int seed) {
    ScriptedApp app = acceptedConnection(1000, 65_535);
    List<Integer> starts = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      starts.add(1 + 37 * i);
    }
    starts.addAll(starts.subList(10, 60));
    Collections.shuffle(starts, new Random(seed));
    for (int start : starts) {
      // Longer than the distance between starts, so neighbours overlap.
      peer.sends("P. %d:%d(50) ack 1".formatted(start, start + 50));
    }
    peer.ignoresWhatCame();
    app.reads(99 * 37 + 50);
    app.readsNothing();
  }

  @Test
  void aFinAheadOfAHoleEndsTheStreamOnlyOnceTheHoleIsFilled() {
    ScriptedApp app = acceptedConnection(1000, 65_535);
    peer.sends("FP. 101:201(100) ack 1");
    peer.expects(". 1:1(0) ack 1");
    app.readsNothing();
    peer.sends("P. 1:101(100) ack 1");
    peer.expects(". 1:1(0) ack 202");
    app.reads(200);
    app.readsEnd();
  }

  @Test
  void whatLiesBeyondTheWindowIsCutOff() {
    ScriptedApp app = acceptedConnection(1000, 65_535);
    int window = connection().rcvWnd();
    int edge = 1 + window;
    peer.sends("P. %d:%d(100) ack 1".formatted(edge - 50, edge + 50));
    peer.expects(". 1:1(0) ack 1");
    peer.sends("P. %d:%d(100) ack 1".formatted(edge, edge + 100));
    peer.expects(". 1:1(0) ack 1");
    assertEquals(0, app.readable());
  }

  @Test
  void aHoleBehindEveryByteCostsBoundedMemory() {
    // SegmentSmack, CVE-2018-5390.
    ScriptedApp app = acceptedConnection(1000, 65_535);
    for (int at = 2; at < 20_000; at += 2) {
      peer.sends(". %d:%d(1) ack 1".formatted(at + 1, at + 2));
    }
    peer.ignoresWhatCame();
    app.readsNothing();
    for (int at = 1; at < 20_001; at += 1000) {
      peer.sends("P. %d:%d(1000) ack 1".formatted(at, at + 1000));
    }
    peer.ignoresWhatCame();
    app.reads(20_000);
    peer.expects(". 1:1(0) ack 20001");
  }
}
