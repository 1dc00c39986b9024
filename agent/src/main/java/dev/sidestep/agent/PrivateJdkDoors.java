package dev.sidestep.agent;

import java.lang.reflect.Field;
import java.nio.channels.Selector;
import java.nio.channels.spi.SelectorProvider;
import jdk.internal.access.SharedSecrets;
import sun.nio.ch.DefaultSelectorProvider;

/**
 * What is behind the doors. Works only in the copy that {@link JdkDoors#open} makes, which is of
 * this class alone.
 */
public final class PrivateJdkDoors implements JdkDoors {

  /** Shutdown.java of the JDK: 0 console, 1 the application's hooks, 2 delete on exit. */
  private static final int FIRST_LATE_SLOT = 3;

  private static final int SLOTS = 10;

  @Override
  public void enableNativeAccess() {
    SharedSecrets.getJavaLangAccess().addEnableNativeAccessToAllUnnamed();
  }

  @Override
  public SelectorProvider defaultSelectorProvider() {
    return DefaultSelectorProvider.get();
  }

  @Override
  public boolean runAfterShutdownHooks(Runnable hook) {
    int slot = FIRST_LATE_SLOT;
    while (slot < SLOTS && !take(slot, hook)) {
      slot++;
    }
    return slot < SLOTS;
  }

  private static boolean take(int slot, Runnable hook) {
    try {
      SharedSecrets.getJavaLangAccess().registerShutdownHook(slot, false, hook);
      return true;
    } catch (InternalError e) {
      // This is how Shutdown.add says that the slot is taken.
      return false;
    }
  }

  @Override
  public int descriptor(Selector selector) {
    try {
      Field field = selector.getClass().getDeclaredField("epfd");
      field.setAccessible(true);
      return field.getInt(selector);
    } catch (ReflectiveOperationException | RuntimeException e) {
      // No epoll: the thread then sleeps in the selector alone, and others watch the devices.
      return -1;
    }
  }
}
