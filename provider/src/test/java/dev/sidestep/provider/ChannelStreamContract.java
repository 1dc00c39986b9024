package dev.sidestep.provider;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.io.OutputStream;
import java.net.StandardSocketOptions;
import java.nio.channels.Channels;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.IllegalBlockingModeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a program may rely on with the streams that {@code Channels} makes of a socket channel: they
 * hold the channel's blocking lock, and yet both directions work at once.
 */
abstract class ChannelStreamContract extends ProviderContract {

  private static final int ROUNDS = 200;

  ChannelStreamContract(Flavour flavour) {
    super(flavour);
  }

  private static Thread.Builder builder(boolean virtual) {
    return virtual ? Thread.ofVirtual() : Thread.ofPlatform();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aReaderThatWaitsKeepsNoWriterOut(boolean virtual) throws Exception {
    Pair pair = connectedPair();
    // Nobody answers, so Nagle's algorithm would wait for delayed ACKs.
    pair.client().setOption(StandardSocketOptions.TCP_NODELAY, true);
    InputStream in = Channels.newInputStream(pair.client());
    OutputStream out = Channels.newOutputStream(pair.client());
    FutureTask<Integer> reader = start(builder(virtual), in::read);
    awaitInside(lastStarted(), "read");
    for (int i = 0; i < ROUNDS; i++) {
      out.write('q');
      assertEquals("q", read(pair.accepted(), 1));
    }
    pair.accepted().write(bytes("a"));
    assertEquals('a', resultOf(reader));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aWriterThatWaitsKeepsNoReaderOut(boolean virtual) throws Exception {
    Pair pair = connectedPair();
    pair.accepted().setOption(StandardSocketOptions.TCP_NODELAY, true);
    InputStream in = Channels.newInputStream(pair.client());
    OutputStream out = Channels.newOutputStream(pair.client());
    byte[] sent = randomBytes(32 << 20);
    FutureTask<Void> writer =
        start(
            builder(virtual),
            () -> {
              out.write(sent);
              pair.client().shutdownOutput();
              return null;
            });
    awaitInside(lastStarted(), "write");
    for (int i = 0; i < ROUNDS; i++) {
      pair.accepted().write(bytes("a"));
      assertEquals('a', in.read());
    }
    assertEquals(sent.length, Channels.newInputStream(pair.accepted()).transferTo(discarding()));
    resultOf(writer);
  }

  private static OutputStream discarding() {
    return OutputStream.nullOutputStream();
  }

  @Test
  void questionsAndAnswersGoOnWhileVirtualThreadsUseAllProcessors() throws Exception {
    Pair pair = connectedPair();
    AtomicBoolean computing = new AtomicBoolean(true);
    List<FutureTask<Void>> busy = new ArrayList<>();
    for (int i = 0; i <= Runtime.getRuntime().availableProcessors(); i++) {
      busy.add(start(Thread.ofVirtual(), () -> computeWhile(computing)));
    }
    try {
      FutureTask<Void> peer =
          start(
              () -> {
                for (int i = 0; i < ROUNDS; i++) {
                  pair.accepted().write(bytes(read(pair.accepted(), 1)));
                }
                return null;
              });
      InputStream in = Channels.newInputStream(pair.client());
      OutputStream out = Channels.newOutputStream(pair.client());
      for (int i = 0; i < ROUNDS; i++) {
        out.write(i & 0x7f);
        assertEquals(i & 0x7f, in.read());
      }
      resultOf(peer);
    } finally {
      computing.set(false);
    }
    for (FutureTask<Void> task : busy) {
      resultOf(task);
    }
  }

  private static Void computeWhile(AtomicBoolean wanted) {
    while (wanted.get()) {
      Thread.onSpinWait();
    }
    return null;
  }

  @Test
  void twoReadersOfOneChannelTakeTurns() throws Exception {
    Pair pair = connectedPair();
    FutureTask<Integer> one = start(Channels.newInputStream(pair.client())::read);
    awaitInside(lastStarted(), "read");
    FutureTask<Integer> other = start(Channels.newInputStream(pair.client())::read);
    awaitInside(lastStarted(), "read");
    Channels.newOutputStream(pair.client()).write('q');
    assertEquals("q", read(pair.accepted(), 1));
    pair.accepted().write(bytes("ab"));
    assertEquals(Set.of((int) 'a', (int) 'b'), Set.of(resultOf(one), resultOf(other)));
  }

  @Test
  void theModeChangesWhenTheReaderHasLeft() throws Exception {
    Pair pair = connectedPair();
    InputStream in = Channels.newInputStream(pair.client());
    FutureTask<Integer> reader = start(in::read);
    awaitAsleep(lastStarted());
    FutureTask<Object> changing = start(() -> pair.client().configureBlocking(false));
    awaitInside(lastStarted(), "configureBlocking");
    pair.accepted().write(bytes("a"));
    assertEquals('a', resultOf(reader));
    resultOf(changing);
    assertFalse(pair.client().isBlocking());
    assertThrows(IllegalBlockingModeException.class, in::read);
    assertThrows(
        IllegalBlockingModeException.class, () -> Channels.newOutputStream(pair.client()).write(1));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void closingEndsABlockedRead(boolean virtual) throws Exception {
    Pair pair = connectedPair();
    FutureTask<Integer> reader =
        start(builder(virtual), Channels.newInputStream(pair.client())::read);
    awaitInside(lastStarted(), "read");
    pair.client().close();
    assertThrows(ClosedChannelException.class, () -> resultOf(reader));
  }

  @Test
  void closingEndsABlockedWrite() throws Exception {
    Pair pair = connectedPair();
    OutputStream out = Channels.newOutputStream(pair.client());
    FutureTask<Void> writer =
        start(
            () -> {
              out.write(new byte[64 << 20]);
              return null;
            });
    // Part of it has been taken.
    read(pair.accepted(), 1);
    pair.client().close();
    assertThrows(ClosedChannelException.class, () -> resultOf(writer));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void anInterruptClosesTheChannel(boolean virtual) throws Exception {
    Pair pair = connectedPair();
    InputStream in = Channels.newInputStream(pair.client());
    FutureTask<Boolean> reader =
        start(
            builder(virtual),
            () -> {
              assertThrows(ClosedByInterruptException.class, in::read);
              return Thread.currentThread().isInterrupted();
            });
    awaitInside(lastStarted(), "read");
    lastStarted().interrupt();
    assertTrue(resultOf(reader));
    assertFalse(pair.client().isOpen());
  }

  @Test
  void theEndOfTheStreamEndsABlockedRead() throws Exception {
    Pair pair = connectedPair();
    FutureTask<Integer> reader = start(Channels.newInputStream(pair.client())::read);
    awaitInside(lastStarted(), "read");
    pair.accepted().shutdownOutput();
    assertEquals(-1, resultOf(reader));
  }
}
