package dev.sidestep.stack.socket;

/** Hears that a socket may have become ready; a selection key. */
public interface ReadinessListener {

  /**
   * Called after the change is visible, by whichever thread owns the shard; it must be quick, must
   * not block and must not throw. It is a hint: ask {@link StackSocket#readyOps()} for the truth.
   *
   * @param events {@link Readiness} bits
   */
  void onReadiness(int events);
}
