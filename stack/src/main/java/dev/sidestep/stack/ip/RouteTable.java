package dev.sidestep.stack.ip;

import dev.sidestep.stack.config.InterfaceAddress;
import dev.sidestep.stack.wire.IpAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where packets go (Linux: the FIB): our own addresses back to ourselves, the networks of the
 * interfaces directly, longest prefix first, everything else to the gateway. Built once, immutable,
 * the same for all shards; {@link Routes} makes of its entries what a shard sends through.
 */
public final class RouteTable {

  /** In place of an entry's number: there is no way. */
  static final int NONE = -1;

  /**
   * One line of the table.
   *
   * @param destinations who is reached this way
   * @param interfaceIndex which of the interfaces the packets leave through
   * @param source the address they come from, unless told otherwise
   * @param gateway the next hop, or {@code null} if the destination itself is on the link
   */
  record Entry(
      InterfaceAddress destinations,
      int interfaceIndex,
      IpAddress source,
      @Nullable IpAddress gateway) {}

  private final LocalAddresses local;
  private final List<Entry> entries = new ArrayList<>();
  private final int connectedEntries;
  private final boolean leadsBack;

  /**
   * Builds the table.
   *
   * @param gateway next hop for destinations outside every network, or {@code null} for none
   * @throws IllegalArgumentException if the gateway is in no interface's network
   */
  public RouteTable(
      List<IpInterface> interfaces, @Nullable IpAddress gateway, LocalAddresses local) {
    this.local = local;
    int loopback = loopbackIndex(interfaces);
    this.leadsBack = loopback != NONE;
    for (int i = 0; i < interfaces.size(); i++) {
      for (InterfaceAddress own : interfaces.get(i).addresses()) {
        addConnected(own, i, loopback);
      }
    }
    entries.sort(Comparator.comparingInt((Entry e) -> e.destinations().prefixLength()).reversed());
    this.connectedEntries = entries.size();
    if (gateway != null) {
      entries.add(through(gateway, interfaces));
    }
  }

  private static int loopbackIndex(List<IpInterface> interfaces) {
    for (int i = 0; i < interfaces.size(); i++) {
      if (interfaces.get(i).isLoopback()) {
        return i;
      }
    }
    return NONE;
  }

  /** As in Linux who dials an address of ours comes from it, but 127.0.0.1 dials all of 127/8. */
  private void addConnected(InterfaceAddress own, int interfaceIndex, int loopback) {
    if (leadsBack) {
      InterfaceAddress itself = InterfaceAddress.ofHost(own.address());
      entries.add(new Entry(itself, loopback, own.address(), null));
    }
    entries.add(new Entry(own, interfaceIndex, own.address(), null));
  }

  private Entry through(IpAddress gateway, List<IpInterface> interfaces) {
    int onLink = findConnected(gateway.high(), gateway.low());
    if (onLink == NONE) {
      List<InterfaceAddress> networks =
          interfaces.stream().flatMap(each -> each.addresses().stream()).toList();
      throw new IllegalArgumentException(
          "gateway " + gateway + " is in no interface's network: " + networks);
    }
    Entry link = entries.get(onLink);
    InterfaceAddress everybody = new InterfaceAddress(IpAddress.ANY_V4, 0);
    return new Entry(everybody, link.interfaceIndex(), link.source(), gateway);
  }

  /** Number of entries. */
  int size() {
    return entries.size();
  }

  /** Entry {@code number}, from 0. */
  Entry get(int number) {
    return entries.get(number);
  }

  /** The address to send from towards {@code destination}, or {@code null} if there is no route. */
  public @Nullable IpAddress sourceAddressFor(IpAddress destination) {
    int number = find(destination.high(), destination.low());
    return number == NONE ? null : entries.get(number).source();
  }

  /** The number of a destination's entry, or {@link #NONE}. Takes no memory. */
  int find(long destinationHigh, long destinationLow) {
    int v4 = (int) destinationLow;
    if (!IpAddress.isV4(destinationHigh, destinationLow)
        || !isUnicast(v4)
        || (!leadsBack && local.isOwn(v4))) {
      return NONE;
    }
    int connected = findConnected(destinationHigh, destinationLow);
    return connected == NONE && connectedEntries < entries.size() ? connectedEntries : connected;
  }

  private boolean isUnicast(int v4) {
    return !LocalAddresses.isMulticast(v4)
        && !LocalAddresses.isThisNetwork(v4)
        && !local.isBroadcast(v4);
  }

  private int findConnected(long addressHigh, long addressLow) {
    for (int i = 0; i < connectedEntries; i++) {
      if (entries.get(i).destinations().networkContains(addressHigh, addressLow)) {
        return i;
      }
    }
    return NONE;
  }
}
