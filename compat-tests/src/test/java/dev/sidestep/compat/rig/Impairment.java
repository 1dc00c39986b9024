package dev.sidestep.compat.rig;

import dev.sidestep.stack.nic.Faults;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a path between two ends is like, the same in both directions.
 *
 * @param faults what gets lost, doubled, corrupted and late; its delay is half the round trip
 * @param bitsPerSecond rate of the bottleneck, or 0 for an infinite one
 * @param queueFrames full frames that may wait in front of the bottleneck
 * @param upNanos how long the path works before it is interrupted
 * @param downNanos how long each interruption lasts; 0 for none at all
 */
public record Impairment(
    Faults faults, long bitsPerSecond, int queueFrames, long upNanos, long downNanos) {

  private static final int DEFAULT_QUEUE_FRAMES = 512;

  /** A path of this round trip and rate without faults. */
  public static Impairment path(long roundTripNanos, long bitsPerSecond) {
    Faults faults = Faults.none(1).withDelay(roundTripNanos / 2);
    return new Impairment(faults, bitsPerSecond, DEFAULT_QUEUE_FRAMES, 0, 0);
  }

  /** The same with other faults. */
  public Impairment with(Faults newFaults) {
    return new Impairment(newFaults, bitsPerSecond, queueFrames, upNanos, downNanos);
  }

  /** The same with other random decisions. */
  public Impairment withSeed(long seed) {
    return with(
        new Faults(
            seed,
            faults.dropChance(),
            faults.duplicateChance(),
            faults.corruptChance(),
            faults.reorderChance(),
            faults.reorderNanos(),
            faults.delayNanos()));
  }

  /** The same with another queue. */
  public Impairment withQueue(int frames) {
    return new Impairment(faults, bitsPerSecond, frames, upNanos, downNanos);
  }

  /** The same with interruptions. */
  public Impairment withInterruptions(long up, long down) {
    return new Impairment(faults, bitsPerSecond, queueFrames, up, down);
  }

  /** Whether the path is interrupted so long after it began. */
  boolean isDown(long elapsedNanos) {
    return downNanos > 0 && elapsedNanos % (upNanos + downNanos) >= upNanos;
  }

  /** One line that {@link #parse} understands. */
  String line() {
    return Stream.of(
            faults.seed(),
            faults.dropChance(),
            faults.duplicateChance(),
            faults.corruptChance(),
            faults.reorderChance(),
            faults.reorderNanos(),
            faults.delayNanos(),
            bitsPerSecond,
            queueFrames,
            upNanos,
            downNanos)
        .map(String::valueOf)
        .collect(Collectors.joining(" "));
  }

  /** What {@link #line} has written. */
  static Impairment parse(String line) {
    List<String> words = List.of(line.split(" "));
    Faults faults =
        new Faults(
            Long.parseLong(words.get(0)),
            Double.parseDouble(words.get(1)),
            Double.parseDouble(words.get(2)),
            Double.parseDouble(words.get(3)),
            Double.parseDouble(words.get(4)),
            Long.parseLong(words.get(5)),
            Long.parseLong(words.get(6)));
    return new Impairment(
        faults,
        Long.parseLong(words.get(7)),
        Integer.parseInt(words.get(8)),
        Long.parseLong(words.get(9)),
        Long.parseLong(words.get(10)));
  }
}
