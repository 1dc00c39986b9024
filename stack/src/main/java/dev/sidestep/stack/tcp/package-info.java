/**
 * TCP (RFC 9293): {@code TcpInput} is tcp_rcv_state_process cut into the steps of §3.10.7, {@code
 * TcpOutput} is tcp_write_xmit, {@code TransmissionControlBlock} is tcp_sock, {@code Listener} the
 * accept side with its half-open connections. {@link dev.sidestep.stack.tcp.TcpStack} is the door.
 *
 * <p>Came from: {@code ip} delivers segments; the shard's owner brings the application's commands.
 * Goes to: the queues in {@code socket} inwards, {@code ip} outwards.
 *
 * <p>Read first: RFC 9293, 7323, 5961, 5681, 6298. Where they leave a choice this does what Linux
 * does.
 */
@NullMarked
package dev.sidestep.stack.tcp;

import org.jspecify.annotations.NullMarked;
