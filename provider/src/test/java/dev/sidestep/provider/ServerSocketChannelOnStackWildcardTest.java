package dev.sidestep.provider;

import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.ConnectException;
import org.junit.jupiter.api.Test;

/** Ours over the stack, which has the wildcard address for itself. */
final class ServerSocketChannelOnStackWildcardTest extends ServerSocketChannelContract {
  ServerSocketChannelOnStackWildcardTest() {
    super(Flavour.STACK_WILDCARD);
  }

  /** Who leaves the kernel out leaves out what the stack does not carry. */
  @Test
  @Override
  void aWildcardListenerAlsoAcceptsOverIpv6() {
    assertThrows(ConnectException.class, super::aWildcardListenerAlsoAcceptsOverIpv6);
  }
}
