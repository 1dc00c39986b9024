package dev.sidestep.provider;

/** Ours over the kernel. */
final class DatagramChannelOnKernelTest extends DatagramChannelContract {
  DatagramChannelOnKernelTest() {
    super(Flavour.KERNEL);
  }
}
