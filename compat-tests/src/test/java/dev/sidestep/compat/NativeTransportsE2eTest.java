package dev.sidestep.compat;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.sidestep.compat.programs.GrpcEcho;
import dev.sidestep.compat.programs.NettyAsking;
import dev.sidestep.compat.programs.NettyInsisting;
import dev.sidestep.compat.rig.End;
import dev.sidestep.compat.rig.ForkedJvm;
import dev.sidestep.compat.rig.Link;
import dev.sidestep.compat.rig.StackStats;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Netty's native transports are hidden from programs that ask, and kept by those that insist. */
class NativeTransportsE2eTest {
  private static final String HIDDEN = "sidestep: programs that ask hear that ";
  private static final List<String> DEVICE =
      List.of("-Dsidestep.device=net_null0", "-Dsidestep.address=192.0.2.1/24");

  @Test
  void aProgramThatAsksIsCarried() throws Exception {
    End end = End.sidestepLoopback();
    try (ForkedJvm program = ForkedJvm.start(end, NettyAsking.class, "127.0.0.1")) {
      program.awaitSuccess(30);
      assertSaid(program, "io_uring false");
      assertSaid(program, "epoll false, java.lang.UnsupportedOperationException: hidden by");
      assertSaid(program, "echoed by NioSocketChannel");
      assertSaid(program, HIDDEN);
      StackStats.assertCarried(program, 2, 4000);
    }
  }

  @Test
  void theUserMayWantItOtherwise() throws Exception {
    End end =
        End.sidestepWith(
            List.of(), List.of(DEVICE.get(0), DEVICE.get(1), "-Dsidestep.native-transports=keep"));
    assertUsesEpoll(end);
  }

  @Test
  void withoutASettingNothingIsHidden() throws Exception {
    assertUsesEpoll(End.sidestepWith(List.of(), List.of()));
  }

  private static void assertUsesEpoll(End end) throws Exception {
    try (ForkedJvm program = ForkedJvm.start(end, NettyAsking.class, "127.0.0.1")) {
      program.awaitSuccess(30);
      assertSaid(program, "epoll true, null");
      assertSaid(program, "echoed by EpollSocketChannel");
      assertNull(program.lineBeginning(HIDDEN));
    }
  }

  @Test
  void aProgramThatInsistsKeepsUnixDomainSocketsAndTheKernel() throws Exception {
    try (Link kernel = Link.open(Link.Kind.KERNEL_LOOPBACK)) {
      for (End end : List.of(kernel.first(), End.sidestepWith(List.of(), DEVICE), strict())) {
        try (ForkedJvm program = ForkedJvm.start(end, NettyInsisting.class)) {
          program.awaitSuccess(30);
          assertSaid(program, "echoed by EpollDomainSocketChannel");
          assertSaid(program, "echoed by EpollSocketChannel");
        }
      }
    }
  }

  private static End strict() {
    return End.sidestepWith(
        List.of(), List.of(DEVICE.get(0), DEVICE.get(1), "-Dsidestep.strict=true"));
  }

  @Test
  void aNativeSocketThatTriesAnAddressOfOursIsToldWhyItFails() throws Exception {
    try (ForkedJvm program = ForkedJvm.start(strict(), NettyInsisting.class, "192.0.2.1")) {
      program.awaitSuccess(30);
      String why = "192.0.2.1 is carried by Sidestep, but io.netty.channel.epoll.Epoll";
      assertSaid(
          program, "bind: " + why + "ServerSocketChannel goes to the kernel; use Netty's NIO");
      assertSaid(program, "connect: " + why + "SocketChannel goes to the kernel; use Netty's NIO");
    }
  }

  @Test
  void grpcIsCarriedThoughItsNettyHasAnotherName() throws Exception {
    int calls = 100;
    try (ForkedJvm program =
        ForkedJvm.start(End.sidestepLoopback(), GrpcEcho.class, "127.0.0.1", calls)) {
      program.awaitLine("answered calls=" + calls, 30);
      program.awaitSuccess(20);
      StackStats.assertCarried(program, 2, 4L * calls * 10_000);
    }
  }

  private static void assertSaid(ForkedJvm program, String line) {
    assertNotNull(program.lineBeginning(line), () -> program.story("should say " + line));
  }
}
