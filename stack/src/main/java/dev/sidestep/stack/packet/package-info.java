/**
 * The packet as it travels: {@link dev.sidestep.stack.packet.PacketBuffer} is what Linux calls an
 * sk_buff, {@link dev.sidestep.stack.packet.PacketPool} the place it is borrowed from, {@link
 * dev.sidestep.stack.packet.DropReason} the name of every way a packet can end early.
 *
 * <p>Came from: a {@code nic} rx burst, or an output path that asks the pool for an empty buffer.
 * Goes to: every layer; nothing in here knows any of them.
 */
@NullMarked
package dev.sidestep.stack.packet;

import org.jspecify.annotations.NullMarked;
