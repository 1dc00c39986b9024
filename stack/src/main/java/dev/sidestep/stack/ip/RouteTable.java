package dev.sidestep.stack.ip;

import dev.sidestep.stack.config.InterfaceAddress;
import dev.sidestep.stack.wire.IpAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where packets go (Linux: the FIB): our own addresses back to ourselves, the networks of the
 * interfaces directly, longest prefix first, everything else to the gateway. Built once; a lookup
 * is for opening a connection, not for sending.
 *
 * <p>Threads: the shard's owner.
 */
public final class RouteTable {

  private static final IpAddress LOOPBACK = IpAddress.ofV4(0x7f000001);

  /**
   * A network that an interface is part of.
   *
   * @param passing the way to whichever of its stations gets an answer at the moment
   */
  private record ConnectedNetwork(InterfaceAddress own, IpInterface out, IpRoute passing) {

    ConnectedNetwork(InterfaceAddress own, IpInterface out) {
      this(own, out, new IpRoute(out, own.address(), own.address()));
    }
  }

  private final LocalAddresses local;
  private final @Nullable IpInterface loopback;
  private final List<ConnectedNetwork> networks = new ArrayList<>();
  private final @Nullable IpRoute gatewayRoute;

  /**
   * Builds the table.
   *
   * @param gateway next hop for destinations outside every network, or {@code null} for none
   * @throws IllegalArgumentException if the gateway is in no interface's network
   */
  public RouteTable(
      List<IpInterface> interfaces, @Nullable IpAddress gateway, LocalAddresses local) {
    this.local = local;
    this.loopback = interfaces.stream().filter(IpInterface::isLoopback).findFirst().orElse(null);
    for (IpInterface out : interfaces) {
      for (InterfaceAddress own : out.addresses()) {
        networks.add(new ConnectedNetwork(own, out));
      }
    }
    networks.sort(
        Comparator.comparingInt((ConnectedNetwork n) -> n.own().prefixLength()).reversed());
    this.gatewayRoute = gateway == null ? null : routeThrough(gateway);
  }

  private IpRoute routeThrough(IpAddress gateway) {
    IpRoute route = routeOnLink(gateway);
    if (route == null) {
      throw new IllegalArgumentException(
          "gateway " + gateway + " is in no interface's network: " + describeNetworks());
    }
    return route;
  }

  private String describeNetworks() {
    return networks.stream().map(n -> n.own().toString()).toList().toString();
  }

  /** The way to {@code destination}, or {@code null} when there is none. */
  public @Nullable Route find(IpAddress destination) {
    if (!destination.isV4() || !isUnicast(destination.v4())) {
      return null;
    }
    if (local.isOwn(destination.v4())) {
      return loopback == null ? null : new IpRoute(loopback, destination, sourceTo(destination));
    }
    IpRoute direct = routeOnLink(destination);
    return direct != null ? direct : gatewayRoute;
  }

  /** See {@link IpOutput#answerRoute}. */
  @Nullable Route findForAnswer(long destinationHigh, long destinationLow) {
    int v4 = (int) destinationLow;
    if (!IpAddress.isV4(destinationHigh, destinationLow) || !isUnicast(v4)) {
      return null;
    }
    if (local.isOwn(v4)) {
      return find(new IpAddress(destinationHigh, destinationLow));
    }
    for (int i = 0; i < networks.size(); i++) {
      ConnectedNetwork network = networks.get(i);
      if (network.own().networkContains(destinationHigh, destinationLow)) {
        network.passing().leadTo(destinationHigh, destinationLow);
        return network.passing();
      }
    }
    return gatewayRoute;
  }

  /** As in Linux who dials an address of ours comes from it, but 127.0.0.1 dials all of 127/8. */
  private static IpAddress sourceTo(IpAddress own) {
    return own.isLoopback() ? LOOPBACK : own;
  }

  private boolean isUnicast(int v4) {
    return !LocalAddresses.isMulticast(v4)
        && !LocalAddresses.isThisNetwork(v4)
        && !local.isBroadcast(v4);
  }

  private @Nullable IpRoute routeOnLink(IpAddress nextHop) {
    for (ConnectedNetwork network : networks) {
      if (network.own().networkContains(nextHop)) {
        return new IpRoute(network.out(), nextHop, network.own().address());
      }
    }
    return null;
  }
}
