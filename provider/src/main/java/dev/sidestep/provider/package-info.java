/**
 * The {@code java.nio} selector provider: what an unmodified program calls without knowing.
 *
 * <p>Came from: {@code SocketChannel.open()} and the like. Goes to: channels on the stack, or the
 * JDK's own.
 */
@NullMarked
package dev.sidestep.provider;

import org.jspecify.annotations.NullMarked;
