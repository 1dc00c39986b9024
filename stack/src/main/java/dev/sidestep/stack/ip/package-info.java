/**
 * The internet layer: {@code Ipv4Input} is ip_rcv, {@code Ipv4Route} is the dst_entry and
 * ip_queue_xmit, {@code RouteTable} is the FIB, {@code IpInterface} is the in_device. The latter
 * two are the same for all shards; each has {@code Routes} and a {@code LinkOutput} per interface.
 *
 * <p>Came from: {@code ethernet} inwards, {@code tcp} and {@code icmp} outwards. Goes to: a {@link
 * dev.sidestep.stack.ip.TransportInput} inwards, {@code neighbor} and {@code ethernet} outwards.
 */
@NullMarked
package dev.sidestep.stack.ip;

import org.jspecify.annotations.NullMarked;
