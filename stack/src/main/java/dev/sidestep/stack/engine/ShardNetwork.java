package dev.sidestep.stack.engine;

import dev.sidestep.stack.counters.ShardCounters;
import dev.sidestep.stack.icmp.IcmpErrors;
import dev.sidestep.stack.icmp.IcmpInput;
import dev.sidestep.stack.icmp.IcmpOutput;
import dev.sidestep.stack.icmp.ProtocolUnreachable;
import dev.sidestep.stack.ip.IpInterface;
import dev.sidestep.stack.ip.LinkOutput;
import dev.sidestep.stack.ip.Routes;
import dev.sidestep.stack.ip.TransportInputs;
import dev.sidestep.stack.nic.NicQueue;
import dev.sidestep.stack.nic.OwnedQueue;
import dev.sidestep.stack.transport.Transport;
import dev.sidestep.stack.wire.IpProtocol;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * One shard's part of a {@link Network}: a queue pair of every interface with the layers around it,
 * neighbours, routes through them, ICMP.
 *
 * <p>Threads: the shard's owner.
 */
final class ShardNetwork {

  private final ShardCounters counters = new ShardCounters();
  private final TransportInputs transports = new TransportInputs(counters);
  private final IcmpErrors icmpErrors = new IcmpErrors();
  private final NetInterface[] interfaces;
  private final Routes routes;

  /**
   * Wires the layers below the transport protocols.
   *
   * @param queueIndex which queue pair of each device is the shard's
   * @param isOwner whether the calling thread owns the shard; for assertions
   */
  ShardNetwork(Network network, int queueIndex, BooleanSupplier isOwner) {
    List<NetInterface> wired = new ArrayList<>();
    List<LinkOutput> links = new ArrayList<>();
    for (IpInterface each : network.interfaces()) {
      NicQueue queue = guarded(each.device().queue(queueIndex), isOwner);
      NetInterface wiredInterface =
          new NetInterface(each, queue, network.local(), transports, icmpErrors, counters);
      wired.add(wiredInterface);
      links.add(wiredInterface.ipv4());
    }
    this.interfaces = wired.toArray(NetInterface[]::new);
    this.routes = new Routes(network.routes(), links);
    IcmpOutput icmp = new IcmpOutput(routes, counters);
    transports.register(IpProtocol.ICMP, new IcmpInput(icmp, icmpErrors, counters));
    transports.registerUnknown(new ProtocolUnreachable(icmp, counters));
  }

  private static NicQueue guarded(NicQueue queue, BooleanSupplier isOwner) {
    return ShardNetwork.class.desiredAssertionStatus() ? new OwnedQueue(queue, isOwner) : queue;
  }

  /** Lets a transport protocol receive its packets and the errors about them. */
  void register(Transport transport) {
    transports.register(transport.protocol(), transport);
    icmpErrors.register(transport.protocol(), transport);
  }

  NetInterface[] interfaces() {
    return interfaces;
  }

  Routes routes() {
    return routes;
  }

  ShardCounters counters() {
    return counters;
  }
}
