package dev.sidestep.provider.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sidestep.provider.kernel.RoutePolicy.Route;
import dev.sidestep.stack.config.InterfaceAddress;
import dev.sidestep.stack.config.Profile;
import dev.sidestep.stack.config.StackConfig;
import dev.sidestep.stack.config.Wildcard;
import dev.sidestep.stack.wire.IpAddress;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class RoutePolicyTest {

  private static final String OWN = "192.0.2.1";
  private static final String KERNELS_OWN = "198.51.100.7";

  private static InetAddress ip(String literal) {
    try {
      return InetAddress.getByName(literal);
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  private static RoutePolicy policy(
      boolean device, @Nullable String gateway, boolean loopbackOnStack) {
    return policy(device, gateway, loopbackOnStack, Wildcard.BOTH);
  }

  private static RoutePolicy policy(
      boolean device, @Nullable String gateway, boolean loopbackOnStack, Wildcard wildcard) {
    StackConfig config =
        new StackConfig(
            device ? List.of("net_null0") : List.of(),
            device ? List.of(new InterfaceAddress(IpAddress.of(ip(OWN)), 24)) : List.of(),
            gateway == null ? null : IpAddress.of(ip(gateway)),
            0,
            Profile.BALANCED,
            false,
            List.of(),
            loopbackOnStack,
            wildcard,
            true,
            false,
            false,
            null,
            1 << 20,
            0);
    return new RoutePolicy(config, address -> address.equals(ip(KERNELS_OWN)));
  }

  private static void assertDestination(Route expected, RoutePolicy policy, String destination) {
    assertEquals(expected, policy.toDestination(ip(destination)), destination);
  }

  private static void assertLocal(Route expected, RoutePolicy policy, String local) {
    assertEquals(expected, policy.atLocal(ip(local)), local);
  }

  @Test
  void nothingConfiguredLeavesEverythingToTheKernel() {
    RoutePolicy policy = policy(false, null, false);
    assertDestination(Route.KERNEL, policy, "127.0.0.1");
    assertDestination(Route.KERNEL, policy, "192.0.2.9");
    assertLocal(Route.KERNEL, policy, "0.0.0.0");
    assertLocal(Route.KERNEL, policy, OWN);
  }

  @Test
  void withoutAGatewayOnlyTheOwnNetworksAreTheStacks() {
    RoutePolicy policy = policy(true, null, false);
    assertDestination(Route.STACK, policy, OWN);
    assertDestination(Route.STACK, policy, "192.0.2.254");
    assertDestination(Route.KERNEL, policy, "192.0.3.1");
    assertDestination(Route.KERNEL, policy, "203.0.113.5");
    assertDestination(Route.KERNEL, policy, "127.0.0.1");
    assertDestination(Route.KERNEL, policy, "::1");
    assertDestination(Route.KERNEL, policy, "2001:db8::1");
  }

  @Test
  void aGatewayLeavesTheKernelItsOwnAddressesAndLoopback() {
    RoutePolicy policy = policy(true, "192.0.2.254", false);
    assertDestination(Route.STACK, policy, "203.0.113.5");
    assertDestination(Route.STACK, policy, "192.0.2.9");
    assertDestination(Route.KERNEL, policy, KERNELS_OWN);
    assertDestination(Route.KERNEL, policy, "127.8.9.10");
    assertDestination(Route.KERNEL, policy, "::1");
    assertDestination(Route.KERNEL, policy, "2001:db8::1");
  }

  @Test
  void loopbackIsTheStacksOnlyIfAskedFor() {
    RoutePolicy policy = policy(false, null, true);
    assertDestination(Route.STACK, policy, "127.0.0.1");
    assertDestination(Route.STACK, policy, "127.255.255.254");
    assertDestination(Route.KERNEL, policy, "::1");
    assertDestination(Route.KERNEL, policy, "192.0.2.1");
    assertLocal(Route.STACK, policy, "127.0.0.1");
    assertLocal(Route.KERNEL, policy, "::1");
    assertLocal(Route.BOTH, policy, "0.0.0.0");
    assertLocal(Route.BOTH, policy, "::");
  }

  @Test
  void theSettingSaysWhoseTheWildcardIs() {
    assertLocal(Route.STACK, policy(true, null, false, Wildcard.STACK), "0.0.0.0");
    assertLocal(Route.STACK, policy(true, null, false, Wildcard.STACK), "::");
    assertLocal(Route.KERNEL, policy(true, null, false, Wildcard.KERNEL), "0.0.0.0");
    assertLocal(Route.STACK, policy(true, null, false, Wildcard.KERNEL), OWN);
    assertLocal(Route.KERNEL, policy(false, null, false, Wildcard.STACK), "0.0.0.0");
  }

  @Test
  void aSocketIsBoundWhereItsAddressIs() {
    RoutePolicy policy = policy(true, null, false);
    assertLocal(Route.STACK, policy, OWN);
    assertLocal(Route.KERNEL, policy, "192.0.2.2");
    assertLocal(Route.KERNEL, policy, KERNELS_OWN);
    assertLocal(Route.KERNEL, policy, "127.0.0.1");
    assertLocal(Route.BOTH, policy, "0.0.0.0");
  }
}
