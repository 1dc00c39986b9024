package dev.sidestep.stack.nic;

/**
 * What goes wrong on a link, and how often. The same seed and the same frames at the same times
 * give the same faults.
 *
 * @param seed of the random decisions
 * @param dropChance share of frames lost, 0 to 1
 * @param duplicateChance share of frames that arrive twice
 * @param corruptChance share of frames with one bit flipped behind the Ethernet header
 * @param reorderChance share of frames held back, so that later ones overtake them
 * @param reorderNanos longest time a frame is held back; the actual time is uniform
 * @param delayNanos time every frame takes
 */
public record Faults(
    long seed,
    double dropChance,
    double duplicateChance,
    double corruptChance,
    double reorderChance,
    long reorderNanos,
    long delayNanos) {

  /** A link without faults. */
  public static Faults none(long seed) {
    return new Faults(seed, 0, 0, 0, 0, 0, 0);
  }

  /** The same with this share of frames lost. */
  public Faults withDrop(double chance) {
    return new Faults(
        seed, chance, duplicateChance, corruptChance, reorderChance, reorderNanos, delayNanos);
  }

  /** The same with this share of frames doubled. */
  public Faults withDuplicate(double chance) {
    return new Faults(
        seed, dropChance, chance, corruptChance, reorderChance, reorderNanos, delayNanos);
  }

  /** The same with a bit flipped in this share of frames. */
  public Faults withCorrupt(double chance) {
    return new Faults(
        seed, dropChance, duplicateChance, chance, reorderChance, reorderNanos, delayNanos);
  }

  /** The same with this share of frames held back for up to {@code nanos}. */
  public Faults withReorder(double chance, long nanos) {
    return new Faults(seed, dropChance, duplicateChance, corruptChance, chance, nanos, delayNanos);
  }

  /** The same with every frame delayed. */
  public Faults withDelay(long nanos) {
    return new Faults(
        seed, dropChance, duplicateChance, corruptChance, reorderChance, reorderNanos, nanos);
  }
}
