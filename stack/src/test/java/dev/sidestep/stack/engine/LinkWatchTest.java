package dev.sidestep.stack.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sidestep.stack.neighbor.Neighbor;
import dev.sidestep.stack.packet.DropReason;
import dev.sidestep.stack.testing.TestHost;
import dev.sidestep.stack.wire.ArpHeader;
import dev.sidestep.stack.wire.EthernetHeader;
import dev.sidestep.stack.wire.IpAddress;
import dev.sidestep.stack.wire.MacAddress;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class LinkWatchTest {

  private final TestHost host = new TestHost();
  private final LinkWatch links = new LinkWatch(new NetInterface[] {host.ethernet});

  /** Lets it look at the links so many times. */
  private void check(int times) {
    for (int i = 0; i < times; i++) {
      links.run(host.nowNanos);
      host.nowNanos += LinkWatch.INTERVAL_NANOS;
    }
  }

  private List<Integer> sentTypes() {
    return host.poll().stream()
        .map(frame -> EthernetHeader.type(MemorySegment.ofArray(frame), 0))
        .toList();
  }

  @Test
  void anInterfaceIsAnnouncedWheneverItsLinkComesUp() {
    check(2);
    List<byte[]> sent = host.poll();
    assertEquals(1, sent.size());
    MemorySegment announcement = MemorySegment.ofArray(sent.getFirst());
    int arp = EthernetHeader.LENGTH_BYTES;
    assertEquals(MacAddress.BROADCAST, EthernetHeader.destination(announcement, 0));
    assertEquals(TestHost.IP, ArpHeader.targetIp(announcement, arp));
    host.nic.setLinkUp(false);
    check(1);
    assertEquals(List.of(), sentTypes());
    host.nic.setLinkUp(true);
    check(1);
    assertEquals(List.of(EthernetHeader.TYPE_ARP), sentTypes());
  }

  @Test
  void neighboursAreForgottenWhenTheLinkGoesDown() {
    check(1);
    host.introducePeer();
    Neighbor peer =
        Objects.requireNonNull(
            host.ethernet.neighbors().find(0, IpAddress.v4Low(TestHost.PEER_IP)));
    assertEquals(Neighbor.State.STALE, peer.state());
    host.nic.setLinkUp(false);
    check(1);
    assertEquals(Neighbor.State.UNRESOLVED, peer.state());
  }

  @Test
  void framesWaitForALinkForAMomentButNotForEver() {
    host.nic.setLinkUp(false);
    host.nic.setTxRoom(0);
    check(1);
    host.ethernet.announce();
    host.ethernet.flush();
    check(LinkWatch.PATIENCE_CHECKS - 1);
    assertEquals(1, host.nic.buffersInUse());
    check(1);
    assertEquals(0, host.nic.buffersInUse());
    assertEquals(1, host.counters.dropped(DropReason.LINK_DOWN));
  }

  @Test
  void patienceStartsAnewWithEveryOutage() {
    for (int outage = 0; outage < 3; outage++) {
      host.nic.setLinkUp(false);
      check(LinkWatch.PATIENCE_CHECKS - 1);
      host.nic.setLinkUp(true);
      check(1);
    }
    host.nic.setLinkUp(false);
    host.nic.setTxRoom(0);
    host.ethernet.announce();
    check(LinkWatch.PATIENCE_CHECKS);
    assertEquals(0, host.counters.dropped(DropReason.LINK_DOWN));
    host.nic.setLinkUp(true);
    host.nic.setTxRoom(Integer.MAX_VALUE);
    check(1);
  }
}
