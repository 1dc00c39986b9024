package dev.sidestep.agent;

import java.io.IOException;
import java.io.InputStream;
import java.lang.instrument.Instrumentation;
import java.nio.channels.Selector;
import java.nio.channels.spi.SelectorProvider;
import java.util.Map;
import java.util.Set;

/**
 * The few internals of the JDK that take no flag of the user when an agent asks. They are opened to
 * one class in a loader, and so an unnamed module, of its own: the program's reflection finds the
 * JDK as closed as before, which the probing of many libraries depends on. For one thread.
 */
public interface JdkDoors {

  /** What {@code --enable-native-access=ALL-UNNAMED} does: no warning when the stack binds DPDK. */
  void enableNativeAccess();

  /** The provider that would serve the program without us. */
  SelectorProvider defaultSelectorProvider();

  /**
   * Runs {@code hook} at exit, after the application's shutdown hooks have ended.
   *
   * @return whether a place was free
   */
  boolean runAfterShutdownHooks(Runnable hook);

  /**
   * The file descriptor of a selector of that provider.
   *
   * @return a negative number if it has none
   */
  int descriptor(Selector selector);

  /**
   * Opens the doors.
   *
   * @throws ReflectiveOperationException if this JDK is built otherwise; the methods throw {@link
   *     LinkageError} then
   */
  static JdkDoors open(Instrumentation instrumentation)
      throws IOException, ReflectiveOperationException {
    Class<?> room = new RoomLoader().load();
    Set<Module> onlyThere = Set.of(room.getModule());
    instrumentation.redefineModule(
        Object.class.getModule(),
        Set.of(),
        Map.of("jdk.internal.access", onlyThere, "sun.nio.ch", onlyThere),
        Map.of("sun.nio.ch", onlyThere),
        Set.of(),
        Map.of());
    return (JdkDoors) room.getConstructor().newInstance();
  }

  /** Defines a copy of {@link PrivateJdkDoors} that is not the program's. */
  final class RoomLoader extends ClassLoader {

    private static final String CLASS_NAME = "dev.sidestep.agent.PrivateJdkDoors";

    RoomLoader() {
      super("sidestep", JdkDoors.class.getClassLoader());
    }

    private Class<?> load() throws IOException, ClassNotFoundException {
      String resource = CLASS_NAME.replace('.', '/') + ".class";
      try (InputStream in = getResourceAsStream(resource)) {
        if (in == null) {
          throw new ClassNotFoundException(CLASS_NAME);
        }
        byte[] bytes = in.readAllBytes();
        return defineClass(CLASS_NAME, bytes, 0, bytes.length);
      }
    }
  }
}
