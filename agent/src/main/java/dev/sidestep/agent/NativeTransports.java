package dev.sidestep.agent;

import java.lang.classfile.ClassModel;
import java.lang.instrument.ClassFileTransformer;
import java.security.ProtectionDomain;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Netty's native transports call the kernel and no provider at all. A program that asks whether
 * there is one must hear no, so that it goes on with NIO; one that insists keeps it, for
 * UNIX-domain sockets and for what the kernel carries. Netty's copies inside other libraries have
 * other package names, so classes are known by the end of their name and by their methods.
 *
 * <p>Called for every class that the JVM loads, from any thread: what does not concern us must cost
 * little.
 */
final class NativeTransports implements ClassFileTransformer {

  /** The classes that are asked. */
  private static final Set<String> DOORS =
      Set.of("/epoll/Epoll", "/uring/IoUring", "/uring/IOUring", "/kqueue/KQueue");

  /** The classes through which every socket of a transport is bound and connected. */
  private static final Set<String> CHANNELS =
      Set.of(
          "/epoll/AbstractEpollChannel",
          "/uring/AbstractIoUringChannel",
          "/uring/AbstractIOUringChannel",
          "/kqueue/AbstractKQueueChannel");

  private static final String CHANNEL_PACKAGE = "/channel";

  private final boolean hide;
  private final boolean guard;
  private final Consumer<String> log;

  private boolean saidHidden;

  /**
   * @param hide whether those that ask hear no
   * @param guard whether a socket that tries an address of ours is told why it fails
   * @param log takes one line when the first transport is hidden
   */
  NativeTransports(boolean hide, boolean guard, Consumer<String> log) {
    this.hide = hide;
    this.guard = guard;
    this.log = log;
  }

  @Override
  public byte @Nullable [] transform(
      @Nullable ClassLoader loader,
      @Nullable String className,
      @Nullable Class<?> redefined,
      @Nullable ProtectionDomain domain,
      byte[] bytes) {
    if (loader == null || className == null || redefined != null) {
      return null;
    }
    boolean door = hide && isOneOf(DOORS, className);
    boolean channel = guard && !door && isOneOf(CHANNELS, className);
    return door || channel ? rewrite(className, bytes, door) : null;
  }

  /** Compares from the end, without making a string: most names fail at the first character. */
  private static boolean isOneOf(Set<String> ends, String className) {
    for (String end : ends) {
      if (className.endsWith(end)) {
        int start = className.length() - end.length() - CHANNEL_PACKAGE.length();
        return start >= 0 && className.startsWith(CHANNEL_PACKAGE, start);
      }
    }
    return false;
  }

  private byte @Nullable [] rewrite(String className, byte[] bytes, boolean door) {
    try {
      ClassModel parsed = TransportRewriter.parse(bytes);
      if (!door) {
        return TransportRewriter.guardChannel(parsed);
      }
      byte[] hidden = TransportRewriter.hide(parsed);
      if (hidden != null) {
        sayHidden(className.replace('/', '.'));
      }
      return hidden;
    } catch (RuntimeException e) {
      // The JVM would swallow it, and the class is loaded as it was.
      log.accept(className + " could not be changed, so its sockets go to the kernel: " + e);
      return null;
    }
  }

  private synchronized void sayHidden(String name) {
    if (!saidHidden) {
      saidHidden = true;
      log.accept(
          "programs that ask hear that "
              + name
              + " is not available, as native transports go past the stack"
              + " (sidestep.native-transports=keep changes that)");
    }
  }
}
