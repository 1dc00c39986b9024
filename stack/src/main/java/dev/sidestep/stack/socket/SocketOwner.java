package dev.sidestep.stack.socket;

/** The shard a socket lives on, as the socket sees it. Implemented by the engine. */
public interface SocketOwner {

  /**
   * Asks the owner to carry out {@link Command} bits. If no thread owns the shard the calling
   * thread does so at once (a write leaves in this very call), otherwise the owner will before it
   * receives anything more. Any thread; does not block.
   */
  void submit(StackSocket socket, int commands);

  /**
   * Hears that the port of a closed socket may be used again: a listener's at once, a connection's
   * when TCP has forgotten it. Any thread.
   */
  void released(StackSocket socket);

  /** Whether the calling thread is the owner: what belongs to it asserts this. */
  boolean isHeldByCurrentThread();
}
