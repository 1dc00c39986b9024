/**
 * Socket channels that decide late: on the stack, on the kernel, or, for servers, on both.
 *
 * <p>Came from: {@code SocketChannel.connect} and {@code bind}. Goes to: {@code StackEngine} and
 * its sockets, or the JDK's own channels.
 */
@NullMarked
package dev.sidestep.provider.channel;

import org.jspecify.annotations.NullMarked;
