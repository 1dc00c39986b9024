/**
 * The views that {@code socket()} of a channel returns, with timeouts and streams.
 *
 * <p>Came from: {@code SocketChannel.socket()}. Goes to: the channel behind the view.
 */
@NullMarked
package dev.sidestep.provider.adaptor;

import org.jspecify.annotations.NullMarked;
