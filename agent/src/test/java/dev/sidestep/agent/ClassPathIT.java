package dev.sidestep.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sidestep.agent.ForkedJvm.Result;
import dev.sidestep.agent.program.ExitOrder;
import dev.sidestep.agent.program.Report;
import java.io.File;
import org.junit.jupiter.api.Test;

/** The finished jar on the class path, without an agent. */
class ClassPathIT {

  private static final String CLASS_PATH =
      ForkedJvm.AGENT_JAR + File.pathSeparator + ForkedJvm.PROGRAMS;

  private final ForkedJvm jvm = ForkedJvm.ofThisJava();

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
    String out = report("--add-exports=java.base/sun.nio.ch=ALL-UNNAMED").out();
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
    String[] arguments = new String[options.length + 3];
    System.arraycopy(options, 0, arguments, 0, options.length);
    arguments[options.length] = "-cp";
    arguments[options.length + 1] = CLASS_PATH;
    arguments[options.length + 2] = Report.class.getName();
    return jvm.run(arguments);
  }
}
