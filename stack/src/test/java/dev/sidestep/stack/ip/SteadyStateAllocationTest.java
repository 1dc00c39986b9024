package dev.sidestep.stack.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.sidestep.stack.packet.PacketBuffer;
import dev.sidestep.stack.testing.Frames;
import dev.sidestep.stack.testing.TestHost;
import dev.sidestep.stack.wire.EthernetHeader;
import dev.sidestep.stack.wire.IpAddress;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/** Receiving and sending packets allocates nothing on the heap, once everything is known. */
class SteadyStateAllocationTest {

  private static final int PACKETS = 10_000;
  private static final int PROTOCOL = 6;
  private static final int PAYLOAD_BYTES = 100;

  private final TestHost host = new TestHost();
  private final PacketBuffer[] burst = new PacketBuffer[64];
  private long deliveredBytes;

  private void receiveAndSend(PacketBuffer received, int frameBytes, Route route) {
    for (int i = 0; i < PACKETS; i++) {
      received.setBounds(PacketBuffer.HEADROOM_BYTES, frameBytes);
      host.ethernet.input().receive(received, host.nowNanos);
      send(route);
      host.loopback.flush();
      int count = host.loopback.queue().rxBurst(burst);
      for (int j = 0; j < count; j++) {
        burst[j].free();
      }
    }
  }

  private void send(Route route) {
    PacketBuffer packet = route.allocate();
    if (packet == null) {
      throw new AssertionError("pool empty");
    }
    packet.append(PAYLOAD_BYTES);
    long source = route.sourceAddress().low();
    route.send(packet, 0, source, 0, source, PROTOCOL, 0, host.nowNanos);
  }

  @Test
  void receivingAndSendingAllocatesNothing() {
    host.transports.register(PROTOCOL, (packet, ip, now) -> deliveredBytes += ip.payloadLength);
    byte[] packet = Frames.ipv4(PROTOCOL, TestHost.PEER_IP, TestHost.IP, new byte[PAYLOAD_BYTES]);
    byte[] frame =
        Frames.ethernet(TestHost.MAC, TestHost.PEER_MAC, EthernetHeader.TYPE_IPV4, packet);
    PacketBuffer received = host.nic.bufferOf(frame);
    Route route = host.routes.find(IpAddress.ofV4(TestHost.IP));
    if (route == null) {
      throw new AssertionError("no route");
    }
    receiveAndSend(received, frame.length, route);

    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    receiveAndSend(received, frame.length, route);
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;

    assertEquals(2L * PACKETS * PAYLOAD_BYTES, deliveredBytes);
    // One object per packet would be 160 kB; the measuring itself may cost a little.
    assertTrue(allocated < PACKETS, () -> allocated + " bytes for " + PACKETS + " packets");
    received.free();
  }
}
