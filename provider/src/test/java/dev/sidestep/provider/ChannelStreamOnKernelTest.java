package dev.sidestep.provider;

/** Ours over the kernel. */
final class ChannelStreamOnKernelTest extends ChannelStreamContract {
  ChannelStreamOnKernelTest() {
    super(Flavour.KERNEL);
  }
}
