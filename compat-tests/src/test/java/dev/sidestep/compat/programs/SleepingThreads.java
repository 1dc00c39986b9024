package dev.sidestep.compat.programs;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Has threads fall asleep in the network, and wakes them in every way there is. */
public final class SleepingThreads {

  /** The methods in which a thread sleeps: ours on interrupts and without, the JDK's. */
  private static final Set<String> BEDS = Set.of("ppoll", "park", "read0", "wait", "accept");

  private static final String ON_INTERRUPTS = "ppoll";

  /** A thread relies on others instead while one of them happens to poll. */
  private static final int MOST_ROUNDS = 100;

  private static final long PATIENCE_SECONDS = 20;

  private final InetSocketAddress own;
  private final InetSocketAddress echoServer;

  private SleepingThreads(InetSocketAddress own, InetSocketAddress echoServer) {
    this.own = own;
    this.echoServer = echoServer;
  }

  /** Arguments: an address of one's own, address and port of an echo server. */
  public static void main(String[] args) throws Exception {
    new SleepingThreads(
            new InetSocketAddress(args[0], 0),
            new InetSocketAddress(args[1], Integer.parseInt(args[2])))
        .run();
  }

  private void run() throws Exception {
    interruptedRead();
    closedRead();
    interruptedAccept();
    answeredRead();
    wokenSelect();
    interruptedSelect();
    System.out.println("all woken");
  }

  private void interruptedRead() throws Exception {
    SocketChannel channel = SocketChannel.open(echoServer);
    Sleeper sleeper = new Sleeper(() -> channel.read(ByteBuffer.allocate(1)));
    sleeper.thread.interrupt();
    sleeper.expect(ClosedByInterruptException.class);
  }

  private void closedRead() throws Exception {
    SocketChannel channel = SocketChannel.open(echoServer);
    Sleeper sleeper = new Sleeper(() -> channel.read(ByteBuffer.allocate(1)));
    channel.close();
    sleeper.expect(AsynchronousCloseException.class);
  }

  private void interruptedAccept() throws Exception {
    ServerSocketChannel server = ServerSocketChannel.open().bind(own);
    Sleeper sleeper = new Sleeper(() -> server.accept() == null ? 0 : 1);
    sleeper.thread.interrupt();
    sleeper.expect(ClosedByInterruptException.class);
  }

  private void answeredRead() throws Exception {
    try (SocketChannel channel = SocketChannel.open(echoServer)) {
      String bed = "";
      for (int round = 0; round < MOST_ROUNDS && !bed.equals(ON_INTERRUPTS); round++) {
        Sleeper sleeper = new Sleeper(() -> channel.read(ByteBuffer.allocate(1)));
        channel.write(ByteBuffer.allocate(1));
        sleeper.expect(1);
        bed = sleeper.bed;
      }
      System.out.println("read slept in " + bed);
    }
  }

  private void wokenSelect() throws Exception {
    try (SocketChannel channel = SocketChannel.open(echoServer);
        Selector selector = Selector.open()) {
      channel.configureBlocking(false);
      channel.register(selector, SelectionKey.OP_READ);
      String bed = "";
      for (int round = 0; round < MOST_ROUNDS && !bed.equals(ON_INTERRUPTS); round++) {
        Sleeper sleeper = new Sleeper(selector::select);
        selector.wakeup();
        sleeper.expect(0);
        bed = sleeper.bed;
      }
      Sleeper sleeper = new Sleeper(selector::select);
      channel.write(ByteBuffer.allocate(1));
      sleeper.expect(1);
      System.out.println("select slept in " + bed);
    }
  }

  private void interruptedSelect() throws Exception {
    try (SocketChannel channel = SocketChannel.open(echoServer);
        Selector selector = Selector.open()) {
      channel.configureBlocking(false);
      channel.register(selector, SelectionKey.OP_READ);
      Sleeper sleeper =
          new Sleeper(() -> selector.select() + (Thread.currentThread().isInterrupted() ? 10 : 20));
      sleeper.thread.interrupt();
      sleeper.expect(10);
    }
  }

  /** What a thread does until it is woken. */
  private interface Call {
    int call() throws IOException;
  }

  /** A thread that is asleep, and how its call ends. */
  private static final class Sleeper {

    final Thread thread;
    final String bed;
    private final CompletableFuture<Object> end = new CompletableFuture<>();

    Sleeper(Call call) throws InterruptedException {
      thread = Thread.ofPlatform().daemon().start(() -> run(call));
      Optional<String> found = bed(thread);
      while (found.isEmpty()) {
        if (end.isDone()) {
          throw new AssertionError("ended without having been woken: " + end.join());
        }
        Thread.onSpinWait();
        found = bed(thread);
      }
      bed = found.get();
    }

    private void run(Call call) {
      try {
        end.complete(call.call());
      } catch (IOException e) {
        end.complete(e.getClass());
      }
    }

    private static Optional<String> bed(Thread thread) {
      return Arrays.stream(thread.getStackTrace())
          .limit(4)
          .map(StackTraceElement::getMethodName)
          .filter(BEDS::contains)
          .findFirst();
    }

    void expect(Object expected) throws Exception {
      Object ended = end.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (!ended.equals(expected)) {
        throw new AssertionError("expected " + expected + ", ended with " + ended);
      }
    }
  }
}
