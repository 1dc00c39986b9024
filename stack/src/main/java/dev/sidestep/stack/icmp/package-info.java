/**
 * ICMP: {@code IcmpInput} is icmp_rcv, {@code IcmpOutput} is icmp_send, {@code IcmpErrors} passes
 * errors about our own packets to the transport protocol that sent them.
 *
 * <p>Came from: {@code ip} inwards, and whoever cannot deliver a packet. Goes to: {@code ip}
 * outwards, an {@link dev.sidestep.stack.icmp.IcmpErrorListener} inwards.
 */
@NullMarked
package dev.sidestep.stack.icmp;

import org.jspecify.annotations.NullMarked;
