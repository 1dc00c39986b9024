package dev.sidestep.provider.channel;

import dev.sidestep.stack.socket.ListenSocket;
import dev.sidestep.stack.socket.SocketOwner;
import dev.sidestep.stack.socket.StackSocket;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * A thread goes to sleep in accept while the stack, of which it knows nothing yet, begins to listen
 * for it. Asleep without knowing, it would not be told of what happens there.
 */
@JCStressTest
@Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "knows of the stack")
@Outcome(id = "0", expect = Expect.FORBIDDEN, desc = "slept on")
@State
public class StackStartDuringAccept {

  /** Only a lost wake-up takes so long. */
  private static final long LOST_NANOS = 2_000_000_000L;

  private static final SocketOwner NOBODY =
      new SocketOwner() {
        @Override
        public void submit(StackSocket socket, int commands) {}

        @Override
        public void released(StackSocket socket) {}

        @Override
        public boolean isHeldByCurrentThread() {
          return false;
        }
      };

  private final ListenSocket socket = new ListenSocket(NOBODY, 1);
  private final AcceptWaiter waiter = new AcceptWaiter(null, () -> false);

  @Actor
  public void accepter(I_Result result) {
    long startNanos = System.nanoTime();
    while (!waiter.isReady() && System.nanoTime() - startNanos < LOST_NANOS) {
      waiter.park(2 * LOST_NANOS);
    }
    result.r1 = System.nanoTime() - startNanos < LOST_NANOS ? 1 : 0;
  }

  @Actor
  public void starter() {
    waiter.join(socket);
  }
}
