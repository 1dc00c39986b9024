package dev.sidestep.provider;

/** Ours over the kernel. */
final class BufferSizeOnKernelTest extends BufferSizeContract {
  BufferSizeOnKernelTest() {
    super(Flavour.KERNEL);
  }
}
