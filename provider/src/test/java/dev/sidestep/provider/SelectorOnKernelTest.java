package dev.sidestep.provider;

/** Ours over the kernel. */
final class SelectorOnKernelTest extends SelectorContract {
  SelectorOnKernelTest() {
    super(Flavour.KERNEL);
  }
}
