package dev.sidestep.provider.selector;

import dev.sidestep.stack.socket.Readiness;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.spi.SelectorProvider;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * A selection finds a key not ready and takes it off its list while the stack signals that very
 * key. The signal is seen by this selection or by the next one, never by none.
 */
@JCStressTest
@Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "seen by the selection under way")
@Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "seen by the next selection")
@Outcome(id = "0, 0", expect = Expect.FORBIDDEN, desc = "the signal was lost")
@State
public class SignalDuringSelect {

  private final SidestepSelector selector = new SidestepSelector(SelectorProvider.provider(), null);
  private final SignalledChannel channel = new SignalledChannel();
  private final SidestepSelectionKey key;

  public SignalDuringSelect() {
    try {
      // Registering marks the key, so the selection looks at it.
      key = SignalledChannel.register(selector, channel, null);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Actor
  public void selectingThread(II_Result result) {
    result.r1 = selectNow();
  }

  @Actor
  public void shardOwner() {
    channel.readable = true;
    key.onReadiness(Readiness.READ);
  }

  @Arbiter
  public void nextSelection(II_Result result) {
    result.r2 = selectNow();
  }

  private int selectNow() {
    try {
      return selector.selectNow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
