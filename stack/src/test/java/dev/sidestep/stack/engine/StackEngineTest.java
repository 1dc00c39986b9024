package dev.sidestep.stack.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sidestep.stack.concurrent.Waiter;
import dev.sidestep.stack.config.Profile;
import dev.sidestep.stack.config.SettingsReader;
import dev.sidestep.stack.counters.Counter;
import dev.sidestep.stack.socket.ListenSocket;
import dev.sidestep.stack.socket.Readiness;
import dev.sidestep.stack.socket.SocketError;
import dev.sidestep.stack.socket.StackSocket;
import dev.sidestep.stack.socket.StreamSocket;
import dev.sidestep.stack.wire.IpAddress;
import java.net.BindException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The whole stack in one process, over the loopback device, with real threads. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class StackEngineTest {

  private static final IpAddress LOCALHOST = IpAddress.ofV4(0x7f000001);

  private StackEngine engine;

  @BeforeEach
  void start() throws StackStartException {
    engine = start(Profile.BALANCED);
  }

  static StackEngine start(Profile profile) throws StackStartException {
    Properties settings = new Properties();
    settings.setProperty("sidestep.loopback", "stack");
    settings.setProperty("sidestep.profile", profile.name().toLowerCase(Locale.ROOT));
    settings.setProperty("sidestep.memory", "64m");
    return StackEngine.start(new SettingsReader(settings, null).read());
  }

  @AfterEach
  void stop() {
    engine.close();
  }

  /** Waits until one of {@code ops} is ready, as a channel does. */
  private void await(StackSocket socket, int ops) {
    Waiter waiter =
        new Waiter() {
          @Override
          public boolean isReady() {
            return (socket.readyOps() & ops) != 0;
          }
        };
    if ((ops & (Readiness.READ | Readiness.ACCEPT)) != 0) {
      socket.readiness().setInputWaiter(waiter);
    } else {
      socket.readiness().setOutputWaiter(waiter);
    }
    assertTrue(engine.await(waiter, Long.MAX_VALUE));
  }

  private ListenSocket listen() throws BindException {
    ListenSocket listener = engine.openListener(10);
    engine.bind(listener, LOCALHOST, 0);
    engine.listen(listener);
    return listener;
  }

  private StreamSocket connect(int port) throws BindException {
    StreamSocket socket = engine.openStream();
    engine.connect(socket, LOCALHOST, port);
    await(socket, Readiness.CONNECT);
    return socket;
  }

  private StreamSocket accept(ListenSocket listener) {
    await(listener, Readiness.ACCEPT);
    StreamSocket socket = listener.accept();
    assertNotNull(socket);
    return socket;
  }

  private void writeFully(StreamSocket socket, ByteBuffer source) {
    while (source.hasRemaining()) {
      if (socket.write(source) == 0) {
        await(socket, Readiness.WRITE);
      }
    }
  }

  /** Reads to the end of the stream, at most {@code limit} bytes. */
  private byte[] readFully(StreamSocket socket, int limit) {
    ByteBuffer all = ByteBuffer.allocate(limit);
    int count = 0;
    while (count >= 0 && all.hasRemaining()) {
      await(socket, Readiness.READ);
      count = socket.read(all);
    }
    byte[] bytes = new byte[all.position()];
    all.flip().get(bytes);
    return bytes;
  }

  @Test
  void bytesTravelBothWaysBetweenThreads() throws Exception {
    ListenSocket listener = listen();
    byte[] sent = new byte[20_000_000];
    new Random(1).nextBytes(sent);
    CompletableFuture<byte[]> server =
        CompletableFuture.supplyAsync(
            () -> {
              StreamSocket socket = accept(listener);
              byte[] received = readFully(socket, sent.length);
              writeFully(socket, ByteBuffer.wrap(received));
              socket.shutdownOutput();
              return received;
            });
    StreamSocket client = connect(listener.localPort());
    writeFully(client, ByteBuffer.wrap(sent));
    client.shutdownOutput();
    assertArrayEquals(sent, readFully(client, sent.length + 1));
    assertArrayEquals(sent, server.get());
    assertEquals(1, engine.count(Counter.TCP_ACTIVE_OPENS));
    assertEquals(1, engine.count(Counter.TCP_PASSIVE_OPENS));
    assertEquals(2L * sent.length, engine.count(Counter.TCP_BYTES_RECEIVED));
  }

  @Test
  void virtualThreadsEchoWithoutHoldingTheirCarriers() throws Exception {
    ListenSocket listener = listen();
    int connections = 50;
    Thread server =
        Thread.startVirtualThread(
            () -> {
              for (int i = 0; i < connections; i++) {
                StreamSocket socket = accept(listener);
                Thread.startVirtualThread(
                    () -> {
                      writeFully(socket, ByteBuffer.wrap(readFully(socket, 1000)));
                      socket.close();
                    });
              }
            });
    List<CompletableFuture<byte[]>> clients =
        java.util.stream.IntStream.range(0, connections)
            .mapToObj(
                i -> {
                  CompletableFuture<byte[]> echo = new CompletableFuture<>();
                  Thread.startVirtualThread(
                      () -> {
                        try {
                          StreamSocket socket = connect(listener.localPort());
                          writeFully(socket, ByteBuffer.wrap(new byte[1000]));
                          echo.complete(readFully(socket, 2000));
                          socket.close();
                        } catch (BindException e) {
                          echo.completeExceptionally(e);
                        }
                      });
                  return echo;
                })
            .toList();
    for (CompletableFuture<byte[]> client : clients) {
      assertEquals(1000, client.get().length);
    }
    server.join();
  }

  @Test
  void aPortNobodyListensOnRefuses() throws BindException {
    ListenSocket listener = listen();
    int port = listener.localPort();
    listener.close();
    StreamSocket socket = connect(port);
    assertEquals(SocketError.ECONNREFUSED, socket.error());
  }

  @Test
  void aDestinationWithoutARouteIsUnreachableAtOnce() throws BindException {
    StreamSocket socket = engine.openStream();
    engine.connect(socket, IpAddress.ofV4(0xc0000201), 80);
    assertEquals(SocketError.ENETUNREACH, socket.error());
  }

  @Test
  void aTakenPortIsRefusedAndFreeAgainAfterClose() throws BindException {
    ListenSocket listener = listen();
    ListenSocket second = engine.openListener(10);
    assertThrows(BindException.class, () -> engine.bind(second, LOCALHOST, listener.localPort()));
    listener.close();
    engine.bind(second, LOCALHOST, listener.localPort());
    engine.listen(second);
    assertFalse(engine.isLocal(IpAddress.ofV4(0x0a000001)));
    assertTrue(engine.isLocal(LOCALHOST));
  }

  @Test
  void closingTheEngineDeliversWhatWasWritten() throws Exception {
    ListenSocket listener = listen();
    StreamSocket client = connect(listener.localPort());
    StreamSocket server = accept(listener);
    byte[] sent = new byte[100_000];
    new Random(2).nextBytes(sent);
    writeFully(client, ByteBuffer.wrap(sent));
    client.close();
    assertArrayEquals(sent, readFully(server, sent.length + 1));
  }

  /** Whatever the profile: who spins for ever has to give the shard away, too. */
  @ParameterizedTest
  @EnumSource(Profile.class)
  void closingTheEngineEndsEveryWait(Profile profile) throws Exception {
    StackEngine closed = start(profile);
    CountDownLatch asked = new CountDownLatch(2);
    List<CompletableFuture<Boolean>> waits = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      Waiter waiter =
          new Waiter() {
            private boolean known;

            @Override
            public boolean isReady() {
              if (!known) {
                known = true;
                asked.countDown();
              }
              return false;
            }
          };
      CompletableFuture<Boolean> wait = new CompletableFuture<>();
      Thread.ofPlatform().start(() -> wait.complete(closed.await(waiter, Long.MAX_VALUE)));
      waits.add(wait);
    }
    asked.await();
    assertFalse(closed.isClosed());
    closed.close();
    assertTrue(closed.isClosed());
    for (CompletableFuture<Boolean> wait : waits) {
      assertFalse(wait.get());
    }
  }
}
