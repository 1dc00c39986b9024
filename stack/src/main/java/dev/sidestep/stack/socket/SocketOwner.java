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
   * Hears that the application closes a socket, before {@link Command#CLOSE} is submitted. Any
   * thread.
   */
  default void closing(StackSocket socket) {}

  /** Hears that the stack has forgotten a socket: its port may be used again. Owner only. */
  void released(StackSocket socket);
}
