/**
 * Devices that DPDK drives: its environment (EAL), ports, mbuf pools and queues, called from Java
 * without any C of our own. {@link dev.sidestep.stack.nic.dpdk.DpdkDevices} is the way in.
 *
 * <p>What a process has once, EAL, starts with the first device and stays; devices come and go by
 * hot-plug. Known limit of DPDK: its memif driver unmaps the rings from its interrupt thread when
 * the peer goes away, without waiting for a burst in progress.
 *
 * <p>Came from: {@code engine}, which opens devices. Goes to: {@code nic.dpdk.ffi}.
 */
@NullMarked
package dev.sidestep.stack.nic.dpdk;

import org.jspecify.annotations.NullMarked;
