/**
 * What an application thread may touch: the socket and its queues, the boundary between the
 * application's threads and the shard's owner (Linux: struct sock with sk_receive_queue,
 * sk_write_queue and sk_data_ready).
 *
 * <p>Came from: {@code tcp} fills the receive queue and drains the send queue. Goes to: the
 * provider's channels on the application's threads. A request from the application to the owner
 * travels as {@link dev.sidestep.stack.socket.Command} bits through the {@link
 * dev.sidestep.stack.socket.SocketOwner}.
 */
@NullMarked
package dev.sidestep.stack.socket;

import org.jspecify.annotations.NullMarked;
