package dev.sidestep.provider;

/** Ours over the kernel. */
final class ServerSocketChannelOnKernelTest extends ServerSocketChannelContract {
  ServerSocketChannelOnKernelTest() {
    super(Flavour.KERNEL);
  }
}
