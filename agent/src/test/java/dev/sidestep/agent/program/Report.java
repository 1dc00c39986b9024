package dev.sidestep.agent.program;

import dev.sidestep.provider.SidestepSelectorProvider;
import dev.sidestep.provider.SidestepSettings;
import dev.sidestep.provider.kernel.KernelAccess;
import java.nio.channels.spi.SelectorProvider;

/** Prints what the program sees of us, one fact per line. */
public final class Report {
  private Report() {}

  public static void main(String[] arguments) {
    SelectorProvider provider = SelectorProvider.provider();
    System.out.println("provider " + provider.getClass().getName());
    System.out.println("noNative " + System.getProperty("io.netty.transport.noNative"));
    System.out.println("native access " + Report.class.getModule().isNativeAccessEnabled());
    System.out.println("reflection " + reflection());
    if (provider instanceof SidestepSelectorProvider) {
      reportSettings();
    }
  }

  private static void reportSettings() {
    System.out.println("carries " + SidestepSettings.config().carriesAnything());
    System.out.println("broken " + SidestepSettings.broken());
    SelectorProvider kernel = KernelAccess.jdkProvider();
    System.out.println(
        "kernel " + (kernel == null ? KernelAccess.whyNot() : kernel.getClass().getName()));
  }

  /** What a library finds that looks into the JDK. */
  private static String reflection() {
    try {
      Class.forName("sun.nio.ch.DefaultSelectorProvider").getMethod("get").invoke(null);
      return "open";
    } catch (ReflectiveOperationException e) {
      return e.getClass().getSimpleName();
    }
  }
}
