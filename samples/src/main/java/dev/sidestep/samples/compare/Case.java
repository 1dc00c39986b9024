package dev.sidestep.samples.compare;

/**
 * What is measured on every stack alike: a server, a client that measures its operations, and where
 * both run.
 *
 * @param name what progress and tables call it
 * @param server prints {@code listening on <address>:<port>} when it is ready
 * @param client prints what {@link dev.sidestep.samples.Measurement} does
 * @param placement which processors they share
 * @param rate what their rate is counted in
 * @param processorTime what their processor time is set in relation to
 * @param fitsKernel whether the limits of this machine let the kernel take part
 */
record Case(
    String name,
    Program server,
    Program client,
    Placement placement,
    Rate rate,
    ProcessorTime processorTime,
    boolean fitsKernel) {

  /** A case of operations per second, anywhere on the machine. */
  static Case of(String name, Program server, Program client) {
    return new Case(
        name,
        server,
        client,
        Placement.ANYWHERE,
        Rate.OPERATIONS,
        ProcessorTime.PER_OPERATION,
        true);
  }

  Case called(String other) {
    return new Case(other, server, client, placement, rate, processorTime, fitsKernel);
  }

  Case on(Placement where) {
    return new Case(name, server, client, where, rate, processorTime, fitsKernel);
  }

  Case counting(Rate unit) {
    return new Case(name, server, client, placement, unit, processorTime, fitsKernel);
  }

  Case withProcessorTime(ProcessorTime relation) {
    return new Case(name, server, client, placement, rate, relation, fitsKernel);
  }

  /** The same where the kernel may be left out. */
  Case withKernelIf(boolean fits) {
    return new Case(name, server, client, placement, rate, processorTime, fits);
  }

  boolean runsOn(Stack stack) {
    return fitsKernel || !stack.isKernel();
  }

  /** What a rate is counted in. */
  enum Rate {
    /** Operations in a second. */
    OPERATIONS,
    /** Megabytes in a second, where an operation carries 1 KiB. */
    MEGABYTES_OF_KIBIBYTES,
    /** Nothing: how often something happened was decided before. */
    NONE
  }

  /** What processor time is set in relation to. */
  enum ProcessorTime {
    /** Microseconds for each operation, that is milliseconds for a thousand. */
    PER_OPERATION,
    /** Per cent of one processor. */
    SHARE
  }
}
