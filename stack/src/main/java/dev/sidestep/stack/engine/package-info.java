/**
 * The wiring and the loop: {@link dev.sidestep.stack.engine.StackEngine} is what the provider
 * opens, a {@code Shard} is one queue pair with everything hashed to it and the poll loop that
 * drives it. A {@code Network} is what all shards share, a {@code ShardNetwork} what each has of
 * its own, a {@code NetInterface} the layers from Ethernet to IP around a queue pair (net_device).
 *
 * <p>Came from: an application thread that needs the network, or the background driver. Goes to:
 * every layer below, which it wires together.
 */
@NullMarked
package dev.sidestep.stack.engine;

import org.jspecify.annotations.NullMarked;
