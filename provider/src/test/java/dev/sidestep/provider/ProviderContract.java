package dev.sidestep.provider;

import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/** What the contracts share: a provider, connected pairs and threads that are left nowhere. */
@Timeout(60)
abstract class ProviderContract {

  /** The methods in which a thread sleeps: ours on interrupts and without, the JDK's. */
  private static final Set<String> BEDS = Set.of("ppoll", "park", "read0", "wait");

  private final Flavour flavour;
  private final List<AutoCloseable> opened = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();

  protected SelectorProvider provider;

  ProviderContract(Flavour flavour) {
    this.flavour = flavour;
  }

  @BeforeEach
  void useProvider() {
    provider = flavour.provider();
  }

  @AfterEach
  void closeEverything() throws Exception {
    Thread.interrupted();
    for (AutoCloseable closeable : opened) {
      closeable.close();
    }
    for (Thread thread : threads) {
      thread.join();
    }
  }

  protected boolean isOracle() {
    return flavour == Flavour.JDK;
  }

  protected boolean isOnStack() {
    return flavour == Flavour.STACK || flavour == Flavour.STACK_WILDCARD;
  }

  /** Closes it after the test. */
  protected <T extends AutoCloseable> T closing(T closeable) {
    opened.add(closeable);
    return closeable;
  }

  protected record Pair(SocketChannel client, SocketChannel accepted) {}

  protected ServerSocketChannel listen() throws IOException {
    ServerSocketChannel server = closing(provider.openServerSocketChannel());
    server.bind(new InetSocketAddress(loopback(), 0));
    return server;
  }

  protected static InetAddress loopback() throws IOException {
    return InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
  }

  protected SocketChannel open() throws IOException {
    return closing(provider.openSocketChannel());
  }

  protected Pair connectedPair() throws IOException {
    ServerSocketChannel server = listen();
    SocketChannel client = open();
    client.connect(server.getLocalAddress());
    return new Pair(client, closing(server.accept()));
  }

  /** An address where nobody listens. */
  protected InetSocketAddress nobody() throws IOException {
    try (ServerSocketChannel server = provider.openServerSocketChannel()) {
      server.bind(new InetSocketAddress(loopback(), 0));
      return (InetSocketAddress) server.getLocalAddress();
    }
  }

  /** Ends a connection by RST. */
  protected static void reset(SocketChannel channel) throws IOException {
    channel.setOption(StandardSocketOptions.SO_LINGER, 0);
    channel.close();
  }

  protected <T> FutureTask<T> start(Callable<T> task) {
    return start(Thread.ofPlatform(), task);
  }

  protected <T> FutureTask<T> start(Thread.Builder builder, Callable<T> task) {
    FutureTask<T> future = new FutureTask<>(task);
    threads.add(builder.start(future));
    return future;
  }

  protected Thread lastStarted() {
    return threads.get(threads.size() - 1);
  }

  /** The result of a task, or what it threw. */
  protected static <T> T resultOf(FutureTask<T> task) throws Exception {
    try {
      return task.get(50, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Exception cause) {
        throw cause;
      }
      throw e;
    }
  }

  /** Waits until a thread is inside a method of that name. */
  protected static void awaitInside(Thread thread, String method) {
    awaitTrue(
        () -> {
          for (StackTraceElement frame : thread.getStackTrace()) {
            if (frame.getMethodName().equals(method)) {
              return true;
            }
          }
          return false;
        });
  }

  /** Waits until a thread sleeps in the network, so that it has all the locks it needs for that. */
  protected static void awaitAsleep(Thread thread) {
    awaitTrue(
        () ->
            Arrays.stream(thread.getStackTrace())
                .limit(4)
                .anyMatch(frame -> BEDS.contains(frame.getMethodName())));
  }

  protected static void awaitTrue(BooleanSupplier condition) {
    while (!condition.getAsBoolean()) {
      // As the timeout does.
      assertFalse(Thread.currentThread().isInterrupted(), "waited in vain");
      Thread.onSpinWait();
    }
  }

  protected static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
  }

  /** Reads exactly as many bytes as the text has. */
  protected static String read(SocketChannel channel, int count) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(count);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer) < 0) {
        throw new IOException("end of stream after " + buffer.position() + " bytes");
      }
    }
    return new String(buffer.array(), java.nio.charset.StandardCharsets.US_ASCII);
  }

  protected static byte[] randomBytes(int count) {
    byte[] bytes = new byte[count];
    new Random(count).nextBytes(bytes);
    return bytes;
  }
}
