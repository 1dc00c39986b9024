package dev.sidestep.stack.nic.dpdk.ffi;

/**
 * How a driver tells of received frames while nobody polls.
 *
 * <p>Threads: the queue's owner.
 */
public sealed interface RxInterrupt permits MemifInterrupt, SocketInterrupt {

  /**
   * Has whoever sends, if there is anybody, tell of the next frame.
   *
   * @return false when there is a frame already: then nothing has changed
   */
  boolean enable();

  /** Has the sender leave us alone again. */
  void disable();

  /** What can be read once a frame has been told of; -1 while there is no sender. */
  int descriptor();
}
