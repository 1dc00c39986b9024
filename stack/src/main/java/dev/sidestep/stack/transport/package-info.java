/**
 * What the engine knows of the protocols above IP: {@link dev.sidestep.stack.transport.Transport}
 * is the shape that each of them has. One more protocol is one more implementation, and a line
 * where the engine lists them.
 *
 * <p>Came from: the shard's loop in {@code engine}. Goes to: the protocols' own packages.
 */
@NullMarked
package dev.sidestep.stack.transport;

import org.jspecify.annotations.NullMarked;
