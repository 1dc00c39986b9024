package dev.sidestep.provider;

/** Ours over the kernel. */
final class SocketAdaptorOnKernelTest extends SocketAdaptorContract {
  SocketAdaptorOnKernelTest() {
    super(Flavour.KERNEL);
  }
}
