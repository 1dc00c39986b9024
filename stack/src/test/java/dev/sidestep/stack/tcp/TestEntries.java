package dev.sidestep.stack.tcp;

import dev.sidestep.stack.ip.IpPacket;
import dev.sidestep.stack.socket.ListenSocket;
import dev.sidestep.stack.socket.SocketOwner;
import dev.sidestep.stack.socket.StackSocket;

/** Table entries without a connection behind them. */
final class TestEntries {

  private static final SocketOwner NOBODY =
      new SocketOwner() {
        @Override
        public void submit(StackSocket socket, int commands) {}

        @Override
        public void released(StackSocket socket) {}

        @Override
        public boolean isHeldByCurrentThread() {
          return false;
        }
      };

  private static final Listener LISTENER = new Listener(new ListenSocket(NOBODY, 1));

  private TestEntries() {}

  static HalfOpenConnection between(long local, int localPort, long remote, int remotePort) {
    IpPacket packet = new IpPacket();
    packet.destinationLow = local;
    packet.sourceLow = remote;
    SegmentInfo segment = new SegmentInfo();
    segment.ports = (remotePort << 16) | localPort;
    return new HalfOpenConnection(LISTENER, segment, packet);
  }
}
