package dev.sidestep.stack.nic;

/**
 * A network interface: a MAC address, a link and one or more queue pairs.
 *
 * <p>Threads: the accessors may be called from any thread, each {@link NicQueue} from its owner,
 * {@link #close()} only when no queue has an owner any more.
 */
public interface NicDevice extends AutoCloseable {

  /** The name messages and statistics call it by, such as {@code net_memif0}. */
  String name();

  /** Its MAC address in the low 48 bits, first octet highest. */
  long macAddress();

  /** What it can do. */
  NicCapabilities capabilities();

  /** Number of queue pairs. */
  int queueCount();

  /** Queue pair {@code index}, from 0. */
  NicQueue queue(int index);

  /** Whether the link is up: cable plugged in, peer connected. Cheap enough to ask often. */
  boolean linkUp();

  /** Whether it leads back to this stack itself, so that packets come from our own addresses. */
  default boolean isLoopback() {
    return false;
  }

  /** Stops the device and gives back what it holds. */
  @Override
  void close();

  /**
   * Stops the device of a process that ends: as {@link #close}, but what the kernel takes back
   * anyway may be left to it.
   */
  default void closeAtExit() {
    close();
  }
}
