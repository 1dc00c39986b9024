/**
 * The only package that names DPDK's symbols and struct offsets, and the only one that calls
 * restricted methods of {@link java.lang.foreign}. Knows nothing of packets: pointers travel as
 * {@code long}, lengths are the caller's business.
 *
 * <p>Came from: {@code nic.dpdk}. Goes to: DPDK's shared libraries and libc.
 */
@NullMarked
package dev.sidestep.stack.nic.dpdk.ffi;

import org.jspecify.annotations.NullMarked;
