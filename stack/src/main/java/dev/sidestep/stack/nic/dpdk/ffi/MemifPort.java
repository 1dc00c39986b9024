package dev.sidestep.stack.nic.dpdk.ffi;

/**
 * What a memif port was attached with, which its driver's structures must repeat.
 *
 * @param socketName as the {@code socket} argument has it
 * @param log2RingSize the {@code rsize} argument
 * @param bufferBytes the {@code bsize} argument
 */
public record MemifPort(String deviceName, String socketName, int log2RingSize, int bufferBytes) {}
