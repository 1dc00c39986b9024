/**
 * Who is where on the link: {@code NeighborTable} is Linux's neighbour table, {@code ArpInput} and
 * {@code ArpOutput} are arp_rcv and arp_send.
 *
 * <p>Came from: {@code ip} outwards, ARP frames from {@code ethernet} inwards. Goes to: {@code
 * ethernet} outwards; packets that nobody can be found for go to an {@link
 * dev.sidestep.stack.neighbor.UnreachableListener}.
 */
@NullMarked
package dev.sidestep.stack.neighbor;

import org.jspecify.annotations.NullMarked;
