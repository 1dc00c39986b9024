package dev.sidestep.stack.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.sidestep.stack.wire.EthernetHeader;
import dev.sidestep.stack.wire.Ipv4Header;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever frames arrive: nothing throws, nothing leaks, and answers stay in proportion. */
class LowerLayersFuzzTest {

  private static final int MAX_FRAME_BYTES = 256;

  /**
   * A frame may cause one answer, and that answer three ARP requests if its receiver is unknown.
   */
  private static final int MAX_SENT_PER_RECEIVED = 4;

  private final TestHost host = new TestHost();
  private int receivedFrames;
  private int sentFrames;

  @FuzzTest(maxDuration = "2m")
  void anyListOfFrames(FuzzedDataProvider data) {
    while (data.remainingBytes() > 0) {
      boolean repaired = data.consumeBoolean();
      receive(data.consumeBytes(MAX_FRAME_BYTES), repaired);
    }
    assertNothingLeaked();
  }

  /** Random headers behind a right Ethernet header and a right checksum reach further in. */
  @Test
  void randomPacketsWithRightChecksums() {
    Random random = new Random(4242);
    for (int i = 0; i < 50_000; i++) {
      byte[] frame = new byte[14 + random.nextInt(100)];
      random.nextBytes(frame);
      receive(frame, true);
    }
    assertNothingLeaked();
  }

  private void receive(byte[] frame, boolean repaired) {
    if (repaired && frame.length >= EthernetHeader.LENGTH_BYTES + Ipv4Header.MIN_LENGTH_BYTES) {
      repair(frame);
    }
    host.nowNanos += 1_000_000;
    receivedFrames++;
    sentFrames += host.receive(frame).size();
    assertTrue(sentFrames <= MAX_SENT_PER_RECEIVED * receivedFrames, "amplification");
  }

  private void assertNothingLeaked() {
    assertEquals(host.ethernet.neighbors().queuedPackets(), host.nic.buffersInUse());
  }

  private static void repair(byte[] frame) {
    byte[] header =
        Frames.ethernet(TestHost.MAC, TestHost.PEER_MAC, EthernetHeader.TYPE_IPV4, new byte[0]);
    System.arraycopy(header, 0, frame, 0, header.length);
    if ((frame[14] & 0xf0) != 0x40) {
      frame[14] = 0x45;
    }
    frame[16] = 0;
    frame[17] = (byte) (frame.length - EthernetHeader.LENGTH_BYTES);
    System.arraycopy(Frames.hex("0a000002 0a000001"), 0, frame, 26, 8);
    Frames.fixIpv4Checksum(frame, EthernetHeader.LENGTH_BYTES);
  }
}
