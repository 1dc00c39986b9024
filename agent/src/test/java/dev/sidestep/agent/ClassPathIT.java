package dev.sidestep.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sidestep.agent.ForkedJvm.Result;
import dev.sidestep.agent.program.Echo;
import dev.sidestep.agent.program.ExitOrder;
import dev.sidestep.agent.program.Report;
import java.io.File;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** The finished jar on the class path, without an agent. */
class ClassPathIT {

  private static final String CLASS_PATH =
      ForkedJvm.AGENT_JAR + File.pathSeparator + ForkedJvm.PROGRAMS;

  private static final String PROVIDER = "dev.sidestep.provider.SidestepSelectorProvider";
  private static final String CHOOSE = "-Djava.nio.channels.spi.SelectorProvider=" + PROVIDER;
  private static final String EXPORT = "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED";
  private static final String NATIVE = "--enable-native-access=ALL-UNNAMED";
  private static final String STATS = "-Dsidestep.stats=exit";

  private final ForkedJvm jvm = ForkedJvm.ofThisJava();

  @Test
  void programThatDoesNotAskKeepsTheJdksProvider() throws Exception {
    assertEquals(
        new Result(0, "sun.nio.ch.EPollSelectorProvider\nechoed 65536 bytes\n", ""),
        run(Echo.class, "-Dsidestep.loopback=stack"));
  }

  @Test
  void nioGoesThroughTheStackWithTwoFlags() throws Exception {
    Result result = run(Echo.class, CHOOSE, EXPORT, NATIVE, STATS, "-Dsidestep.loopback=stack");
    assertEquals(PROVIDER + "\nechoed 65536 bytes\n", result.out(), result.err());
    assertTrue(result.err().contains("sidestep stats: connections=2 "), result.err());
    assertTrue(result.err().startsWith("sidestep: carrying TCP on 127.0.0.0/8 "), result.err());
    assertTrue(result.err().contains("\nsidestep: the stack carried\n"), result.err());
  }

  @Test
  void nioFallsBackToTheKernelWithTwoFlags() throws Exception {
    Result result =
        run(
            Echo.class,
            CHOOSE,
            EXPORT,
            NATIVE,
            STATS,
            "-Dsidestep.device=net_null0",
            "-Dsidestep.address=192.0.2.1/24");
    assertEquals(PROVIDER + "\nechoed 65536 bytes\n", result.out(), result.err());
    assertTrue(result.err().contains("sidestep stats: connections=0 "), result.err());
  }

  @Test
  void settingsAreReadFromProperties() throws Exception {
    Result result = report("-Dsidestep.loopback=stack");
    assertEquals(0, result.exitCode());
    assertEquals("", result.err());
    assertTrue(result.out().contains("carries true\nbroken null\n"), result.out());
  }

  @Test
  void withoutTheFlagTheWayToTheKernelIsSaid() throws Exception {
    String out = report().out();
    assertTrue(
        out.contains(
            "kernel the JDK's own channels cannot be reached: add"
                + " --add-exports=java.base/sun.nio.ch=ALL-UNNAMED or use"
                + " -javaagent:sidestep-agent.jar\n"),
        out);
  }

  @Test
  void withTheFlagTheKernelIsReached() throws Exception {
    String out = report(EXPORT).out();
    assertTrue(out.contains("kernel sun.nio.ch.EPollSelectorProvider\n"), out);
  }

  @Test
  void badSettingIsOneLineAndTheProgramRunsOnTheKernel() throws Exception {
    Result result = report("-Dsidestep.loopback=mars");
    String line = "sidestep.loopback=mars: neither stack nor kernel; accepted: kernel or stack";
    assertEquals(0, result.exitCode());
    assertEquals("sidestep: " + line + " (all traffic stays on the kernel)\n", result.err());
    assertTrue(result.out().contains("carries false\nbroken " + line + "\n"), result.out());
  }

  @Test
  void badSettingOfAStrictProgramIsAnException() throws Exception {
    Result result = report("-Dsidestep.loopback=mars", "-Dsidestep.strict=true");
    assertEquals(1, result.exitCode());
    assertTrue(
        result.err().contains("ConfigException: sidestep.loopback=mars: neither"), result.err());
  }

  @Test
  void exitActionsRun() throws Exception {
    Result result = jvm.run("-cp", CLASS_PATH, ExitOrder.class.getName());
    assertTrue(result.out().contains("ours\n"), result.out());
  }

  private Result report(String... options) throws Exception {
    String[] chosen = Arrays.copyOf(options, options.length + 1);
    chosen[options.length] = CHOOSE;
    return run(Report.class, chosen);
  }

  private Result run(Class<?> program, String... options) throws Exception {
    String[] arguments = Arrays.copyOf(options, options.length + 3);
    arguments[options.length] = "-cp";
    arguments[options.length + 1] = CLASS_PATH;
    arguments[options.length + 2] = program.getName();
    return jvm.run(arguments);
  }
}
