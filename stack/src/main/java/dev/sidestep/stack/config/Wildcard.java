package dev.sidestep.stack.config;

/** Who serves a socket that is bound to the wildcard address. */
public enum Wildcard {
  /** The kernel and the stack, under one port. */
  BOTH,
  /** The stack alone: the kernel's port stays free for another process of the host. */
  STACK,
  /** The kernel alone: a server is on the stack only where it is bound to an address of ours. */
  KERNEL
}
