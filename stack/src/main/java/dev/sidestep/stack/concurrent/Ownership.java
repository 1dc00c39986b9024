package dev.sidestep.stack.concurrent;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * Ownership of a shard: held by at most one thread at a time, taken with one CAS, given back with
 * one store, never waited for. Who finds it taken leaves a {@link Request}, which the owner carries
 * out.
 *
 * <p>The owner may touch what is guarded with plain loads and stores: taking has acquire semantics
 * and releasing has release semantics, so one owner's writes are the next one's past.
 *
 * <p>No request is stranded between the owner's last look and the release, because both sides look
 * again (Dekker's protocol; every access to {@code owner} and {@code requests} is volatile):
 *
 * <pre>
 *   owner                                  somebody else
 *   owner = nobody                         add the request
 *   if (there are requests)                if (owner is nobody)
 *     take again and carry them out          take and carry it out
 * </pre>
 *
 * <p>The owner is an application's thread, whose stack may overflow and whose heap may be exhausted
 * at any call. So the release itself is a store to a field in a {@code finally} block, which needs
 * neither. All that calls something is done before it or after it, and if that fails, {@link
 * #AT_ONCE} is the time by which somebody else is to look after what was left.
 *
 * <p>Threads: any.
 *
 * @param <R> what the owner is asked for
 */
public final class Ownership<R extends Ownership.Request> {

  /** A deadline that has passed already. */
  public static final long AT_ONCE = Long.MIN_VALUE + 1;

  /** No deadline. */
  public static final long NEVER = Long.MAX_VALUE;

  /** No thread's number ({@link Thread#threadId()}). */
  private static final long NOBODY = 0;

  private static final VarHandle OWNER;
  private static final VarHandle REQUESTS;
  private static final VarHandle BITS;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      OWNER = lookup.findVarHandle(Ownership.class, "owner", long.class);
      REQUESTS = lookup.findVarHandle(Ownership.class, "requests", Request.class);
      BITS = lookup.findVarHandle(Request.class, "bits", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /**
   * Something that the owner can be asked to do things for, such as a socket. What is asked are
   * bits that add up: asking twice before the owner looks is asking once. The request is its own
   * place in the list of requests, so that asking allocates nothing.
   */
  public abstract static class Request {

    @SuppressWarnings("unused") // through BITS
    private volatile int bits;

    /** The request that was left before this one; of whoever has taken the list. */
    private @Nullable Request next;
  }

  /**
   * What the owner does. Every method is called by the owner, except {@link #released}.
   *
   * @param <R> what the owner is asked for
   */
  public interface Work<R> {

    /**
     * Carries out what others have left ({@link Ownership#nextRequest}) and then the caller's own
     * request, if there is one.
     *
     * @param bits what {@code own} is for, or 0 for nothing
     */
    void carryOut(@Nullable R own, int bits);

    /** By when somebody must take ownership again; {@link Ownership#NEVER} for no such time. */
    long deadlineNanos();

    /** Ownership was given back by the calling thread, which may wake who sleeps for too long. */
    void released(long deadlineNanos);
  }

  private final Work<R> work;

  /** Number of the thread that owns what is guarded, or {@link #NOBODY}. */
  private volatile long owner = NOBODY;

  /** What was left for the owner, latest first. */
  private volatile @Nullable Request requests;

  /** Owner: requests taken from the list and not carried out yet, earliest first. */
  private @Nullable Request taken;

  /**
   * By when ownership must be taken again; only while nobody has it. Plain, as {@code owner} orders
   * it, and because a long is stored in one piece on the 64-bit machines that DPDK knows.
   */
  private long deadlineNanos = NEVER;

  /** Ownership of what {@code work} works on. */
  public Ownership(Work<R> work) {
    this.work = work;
  }

  /** Takes ownership if nobody has it; the caller then releases it, in a {@code finally} block. */
  public boolean tryTake() {
    return owner == NOBODY && OWNER.compareAndSet(this, NOBODY, Thread.currentThread().threadId());
  }

  /** Gives ownership back, and sees to it that no request and no deadline is forgotten. */
  public void release() {
    assert isHeldByCurrentThread() : "ownership is given back by somebody else";
    giveBack(true);
    carryOutRequests();
  }

  /**
   * The release proper. The two stores call nothing, so nothing can keep them from happening.
   *
   * @param sound whether all went well; otherwise somebody else is to have a look at once
   */
  private void giveBack(boolean sound) {
    long deadline = AT_ONCE;
    try {
      if (sound && taken == null) {
        deadline = work.deadlineNanos();
      }
    } finally {
      deadlineNanos = deadline;
      owner = NOBODY;
      work.released(deadline);
    }
  }

  /** Carries out what was left, unless somebody else is at it or will be. */
  private void carryOutRequests() {
    while (requests != null && tryTake()) {
      boolean done = false;
      try {
        work.carryOut(null, 0);
        done = true;
      } finally {
        giveBack(done);
      }
    }
  }

  /**
   * Has the owner do something for {@code request}: the calling thread if ownership is free, else
   * whoever has it, before that thread releases it or right after.
   *
   * @param bits what to do
   */
  public void submit(R request, int bits) {
    if (tryTake()) {
      try {
        work.carryOut(request, bits);
      } finally {
        release();
      }
    } else {
      leave(request, bits);
      carryOutRequests();
    }
  }

  private void leave(Request request, int bits) {
    if ((int) BITS.getAndBitwiseOr(request, bits) != 0) {
      // It is in the list already, or its bits are still to be taken.
      return;
    }
    Request seen;
    do {
      seen = requests;
      request.next = seen;
    } while (!REQUESTS.compareAndSet(this, seen, request));
  }

  /** Owner: takes the request that was left first, or returns null; see {@link #takeBits}. */
  @SuppressWarnings("unchecked") // only R is ever submitted
  public @Nullable R nextRequest() {
    if (taken == null && requests != null) {
      takeAll();
    }
    Request first = taken;
    if (first != null) {
      taken = first.next;
      first.next = null;
    }
    return (R) first;
  }

  /** The list is in the order of the latest first; whoever asked first is served first. */
  private void takeAll() {
    Request latest = (Request) REQUESTS.getAndSet(this, (Request) null);
    Request earlier = null;
    while (latest != null) {
      Request below = latest.next;
      latest.next = earlier;
      earlier = latest;
      latest = below;
    }
    taken = earlier;
  }

  /** Owner: takes what a {@link #nextRequest} asks for. */
  public int takeBits(R request) {
    return (int) BITS.getAndSet(request, 0);
  }

  /** Whether some thread has it at the moment. */
  public boolean isHeld() {
    return owner != NOBODY;
  }

  /** Whether the calling thread has it; what is guarded asserts this where it is entered. */
  public boolean isHeldByCurrentThread() {
    return owner == Thread.currentThread().threadId();
  }

  /** By when somebody must take it; {@link #NEVER} while somebody has it, who sees to that. */
  long deadlineNanos() {
    return isHeld() ? NEVER : deadlineNanos;
  }
}
