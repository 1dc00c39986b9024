/**
 * Devices that DPDK drives: its environment (EAL), ports, mbuf pools and queues, called from Java
 * without any C of our own. {@link dev.sidestep.stack.nic.dpdk.DpdkDevices} is the way in.
 *
 * <p>What a process has once, EAL, starts with the first device and stays; devices come and go by
 * hot-plug. A memif peer is trusted: its driver follows the descriptors the peer writes.
 *
 * <p>Came from: {@code engine}, which opens devices. Goes to: {@code nic.dpdk.ffi}.
 */
@NullMarked
package dev.sidestep.stack.nic.dpdk;

import org.jspecify.annotations.NullMarked;
