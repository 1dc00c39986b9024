package dev.sidestep.provider;

/** Ours over the stack, which has the wildcard address for itself. */
final class SocketChannelOnStackWildcardTest extends SocketChannelContract {
  SocketChannelOnStackWildcardTest() {
    super(Flavour.STACK_WILDCARD);
  }
}
