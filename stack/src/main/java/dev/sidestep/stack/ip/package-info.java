/**
 * The internet layer: {@code Ipv4Input} is ip_rcv, {@code Ipv4Output} is ip_queue_xmit, {@code
 * RouteTable} is the FIB, {@code IpInterface} is the in_device.
 *
 * <p>Came from: {@code ethernet} inwards, {@code tcp} and {@code icmp} outwards. Goes to: a {@link
 * dev.sidestep.stack.ip.TransportInput} inwards, {@code neighbor} and {@code ethernet} outwards.
 */
@NullMarked
package dev.sidestep.stack.ip;

import org.jspecify.annotations.NullMarked;
