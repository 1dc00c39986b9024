package dev.sidestep.stack.config;

/** How much processor time the stack may spend on low latency. */
public enum Profile {
  /** A waiting thread spins for ever: lowest latency, one busy core per waiting thread. */
  LATENCY,
  /** A waiting thread spins briefly, then sleeps; an idle process uses next to no processor. */
  BALANCED,
  /** As {@link #BALANCED} with larger bursts and shorter spinning. */
  THROUGHPUT
}
