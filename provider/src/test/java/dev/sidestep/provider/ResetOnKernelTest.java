package dev.sidestep.provider;

/** Ours over the kernel. */
final class ResetOnKernelTest extends ResetContract {
  ResetOnKernelTest() {
    super(Flavour.KERNEL);
  }
}
