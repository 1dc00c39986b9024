package dev.sidestep.stack.socket;

import dev.sidestep.stack.concurrent.Ownership;
import dev.sidestep.stack.concurrent.StackRoom;
import dev.sidestep.stack.wire.IpAddress;
import org.jspecify.annotations.Nullable;

/**
 * A socket of the stack: the part application threads and the shard's owner share.
 *
 * <p>Threads: any, unless a method says "owner". Addresses are set before the command that makes
 * the owner look at them and do not change after that.
 */
public abstract class StackSocket extends Ownership.Request {

  private final SocketOwner owner;
  private final int protocol;
  private final Readiness readiness = new Readiness();

  private volatile IpAddress localAddress = IpAddress.ANY_V4;
  private volatile int localPort;
  private volatile @Nullable PortBinding portBinding;

  /** Owner: the protocol's half of this socket, such as the TCB; no other thread may look. */
  private @Nullable Object controlBlock;

  StackSocket(SocketOwner owner, int protocol) {
    this.owner = owner;
    this.protocol = protocol;
  }

  /** {@link Readiness} bits of what is ready now. */
  public abstract int readyOps();

  /** The transport protocol it speaks; {@link dev.sidestep.stack.wire.IpProtocol}. */
  public final int protocol() {
    return protocol;
  }

  /** The shard this socket lives on. */
  public final SocketOwner owner() {
    return owner;
  }

  /** Who waits for this socket. */
  public final Readiness readiness() {
    return readiness;
  }

  /** The socket's options, those of its kind included. */
  public abstract SocketOptions options();

  /** The address bound to; a wildcard until bound or connected. */
  public final IpAddress localAddress() {
    return localAddress;
  }

  /** The port bound to, or 0. */
  public final int localPort() {
    return localPort;
  }

  /** Sets the local end; by the engine when binding, by TCP for accepted sockets. */
  public final void setLocal(IpAddress address, int port) {
    localAddress = address;
    localPort = port;
  }

  /** The engine: sets what keeps the local port from others. */
  public final void setPortBinding(PortBinding binding) {
    portBinding = binding;
  }

  /** What keeps the local port from others; null while not bound, and for accepted connections. */
  public final @Nullable PortBinding portBinding() {
    return portBinding;
  }

  /** Lets others have the local port. Any number of times. */
  public final void releasePort() {
    PortBinding binding = portBinding;
    if (binding != null) {
      binding.release();
    }
  }

  /** Asks the shard's owner for {@link Command} bits. */
  public final void submit(int commands) {
    StackRoom.ensure();
    owner.submit(this, commands);
  }

  /** Owner: the protocol's half, or null before the first command and after the end. */
  public final @Nullable Object controlBlock() {
    return controlBlock;
  }

  /** Owner: sets the protocol's half. */
  public final void setControlBlock(@Nullable Object block) {
    this.controlBlock = block;
  }

  /**
   * Owner: whether what has arrived, but waits in the device for somebody to look, makes the close
   * another one.
   */
  public boolean closeDependsOnInput() {
    return false;
  }

  /**
   * The application is done with the socket. No thread may be inside a read or write of it, and
   * none may start one afterwards.
   */
  public final void close() {
    StackRoom.ensure();
    PortBinding binding = portBinding;
    if (binding != null) {
      binding.close();
    }
    closing();
    owner.submit(this, Command.CLOSE);
  }

  /** What a close does at once, whenever the owner gets to {@link Command#CLOSE}. */
  void closing() {}
}
