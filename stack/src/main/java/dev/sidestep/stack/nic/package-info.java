/**
 * The network interface as the stack sees it: a {@link dev.sidestep.stack.nic.NicDevice} with queue
 * pairs, each a {@link dev.sidestep.stack.nic.NicQueue} of rx and tx bursts (what Linux calls the
 * NAPI poll and ndo_start_xmit).
 *
 * <p>Came from: the wire, through a driver such as {@code nic.dpdk}. Goes to: {@code ethernet}.
 */
@NullMarked
package dev.sidestep.stack.nic;

import org.jspecify.annotations.NullMarked;
