/**
 * What the stack counts: one named number per thing worth knowing, written by the shard that owns
 * it and readable from any thread.
 */
@NullMarked
package dev.sidestep.stack.counters;

import org.jspecify.annotations.NullMarked;
