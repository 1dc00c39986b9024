package dev.sidestep.stack.ip;

import dev.sidestep.stack.wire.IpAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The ways out of one shard, as the transport protocols ask for them (Linux: ip_route_output_key):
 * what the {@link RouteTable} says, through the shard's own outputs.
 *
 * <p>Threads: the shard's owner.
 */
public final class Routes {

  private final RouteTable table;
  private final List<LinkOutput> links;

  /**
   * By entry of the table: the way to its gateway or, without one, to whichever of its stations
   * gets an answer at the moment.
   */
  private final Route[] passing;

  /**
   * Makes a shard's routes.
   *
   * @param links the shard's output through each interface, in the order the table knows them
   */
  public Routes(RouteTable table, List<LinkOutput> links) {
    this.table = table;
    this.links = List.copyOf(links);
    this.passing = new Route[table.size()];
    for (int i = 0; i < passing.length; i++) {
      RouteTable.Entry entry = table.get(i);
      IpAddress gateway = entry.gateway();
      IpAddress nextHop = gateway == null ? entry.source() : gateway;
      passing[i] = newRoute(entry, nextHop.high(), nextHop.low());
    }
  }

  private Route newRoute(RouteTable.Entry entry, long nextHopHigh, long nextHopLow) {
    LinkOutput link = links.get(entry.interfaceIndex());
    return new Ipv4Route(link, nextHopHigh, nextHopLow, entry.source());
  }

  /**
   * Looks up the way to a destination.
   *
   * @return the route, to be kept by the caller, or {@code null} when there is none (network
   *     unreachable)
   */
  public @Nullable Route find(IpAddress destination) {
    int number = table.find(destination.high(), destination.low());
    if (number == RouteTable.NONE) {
      return null;
    }
    RouteTable.Entry entry = table.get(number);
    return entry.gateway() == null
        ? newRoute(entry, destination.high(), destination.low())
        : passing[number];
  }

  /**
   * The way to a destination for one packet, to be sent before the next call: for answers to
   * somebody who is not remembered. Takes no memory, however many there are.
   *
   * @return the route, or {@code null} when there is none
   */
  public @Nullable Route findForAnswer(long destinationHigh, long destinationLow) {
    int number = table.find(destinationHigh, destinationLow);
    if (number == RouteTable.NONE) {
      return null;
    }
    Route route = passing[number];
    if (table.get(number).gateway() == null) {
      route.leadTo(destinationHigh, destinationLow);
    }
    return route;
  }
}
