package dev.sidestep.agent.program;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.channels.Selector;

/** Uses NIO, and then calls into C, which the JVM warns about unless native access is allowed. */
public final class NativeCall {
  private NativeCall() {}

  @SuppressWarnings("restricted")
  public static void main(String[] arguments) throws Throwable {
    Selector.open().close();
    Linker linker = Linker.nativeLinker();
    MethodHandle getpid =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("getpid"),
            FunctionDescriptor.of(ValueLayout.JAVA_INT));
    System.out.println((int) getpid.invokeExact() == ProcessHandle.current().pid());
  }
}
