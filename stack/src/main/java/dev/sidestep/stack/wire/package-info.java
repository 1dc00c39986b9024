/**
 * Packet formats: pure, static accessors over {@code (MemorySegment, offset)} with no state. One
 * {@code validate} up front returns a {@link dev.sidestep.stack.packet.DropReason}; after {@code
 * NONE} the accessors of that header cannot fail.
 *
 * <p>Used by every layer above; knows none of them.
 */
@NullMarked
package dev.sidestep.stack.wire;

import org.jspecify.annotations.NullMarked;
