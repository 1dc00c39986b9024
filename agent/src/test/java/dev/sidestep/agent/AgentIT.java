package dev.sidestep.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.tools.attach.VirtualMachine;
import dev.sidestep.agent.ForkedJvm.Result;
import dev.sidestep.agent.program.ChoosesLogging;
import dev.sidestep.agent.program.Echo;
import dev.sidestep.agent.program.ExitOrder;
import dev.sidestep.agent.program.Hello;
import dev.sidestep.agent.program.NativeCall;
import dev.sidestep.agent.program.Report;
import dev.sidestep.agent.program.WaitForLine;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The finished jar as {@code -javaagent:}, in JVMs of their own. */
class AgentIT {

  private static final String STACK = "-Dsidestep.loopback=stack";
  private static final String DEVICE = "-Dsidestep.device=net_null0";
  private static final String ADDRESS = "-Dsidestep.address=192.0.2.1/24";
  private static final String STRICT = "-Dsidestep.strict=true";
  private static final String QUIET = "-Dsidestep.banner=off";
  private static final String PROVIDER = "dev.sidestep.provider.SidestepSelectorProvider";
  private static final String KERNEL_PROVIDER = "sun.nio.ch.EPollSelectorProvider";

  /** What {@link Report} prints in a JVM without an agent. */
  private static final String UNTOUCHED =
      "provider "
          + KERNEL_PROVIDER
          + "\nnoNative null\nnative access false\nreflection IllegalAccessException\n";

  private static final String ECHOED = PROVIDER + "\nechoed 65536 bytes\n";

  private final ForkedJvm jvm = ForkedJvm.ofThisJava();

  @Test
  void programThatNeedsNoNetworkRunsAsBeforeWithoutAnyExtraLine() throws Exception {
    assertEquals(new Result(0, "hello\n", ""), jvm.runWithAgent(Hello.class, STACK));
  }

  @Test
  void agentWithoutSettingsSaysThatItHasNothingToDoAndChangesNothing() throws Exception {
    assertEquals(
        new Result(
            0,
            UNTOUCHED,
            "sidestep: neither sidestep.device nor sidestep.loopback=stack is set; all traffic"
                + " stays on the kernel\n"),
        jvm.runWithAgent(Report.class));
  }

  @Test
  void nioToAnAddressThatIsNotOursFallsBackToTheKernel() throws Exception {
    Result result = jvm.runWithAgent(Echo.class, DEVICE, ADDRESS, "-Dsidestep.stats=exit");
    assertEquals(ECHOED, result.out(), result.err());
    assertTrue(result.err().contains("sidestep stats: connections=0 "), result.err());
  }

  @Test
  void nioOnTheStackIsCounted() throws Exception {
    Result result = jvm.runWithAgent(Echo.class, STACK, "-Dsidestep.stats=exit");
    assertEquals(ECHOED, result.out(), result.err());
    assertEquals(0, result.exitCode());
    assertTrue(
        result.err().contains("sidestep stats: connections=2 bytes_in=131072 "), result.err());
  }

  @Test
  void nativeCallsNeedNoFlagAndPrintNoWarning() throws Exception {
    assertEquals(new Result(0, "true\n", ""), jvm.runWithAgent(NativeCall.class, STACK));
  }

  @Test
  void everythingIsHandedOverAndTheJdkStaysClosedToTheProgram() throws Exception {
    assertEquals(new Result(0, report(), ""), jvm.runWithAgent(Report.class, STACK));
  }

  @Test
  void standardErrorTellsWhatIsCarriedWhateverTheProgramLogs(@TempDir Path directory)
      throws Exception {
    Path logsNothing = Files.createFile(directory.resolve("logging.properties"));
    String logging = "-Djava.util.logging.config.file=" + logsNothing;
    Result result = jvm.runWithAgent(Echo.class, STACK, logging);
    assertEquals(ECHOED, result.out(), result.err());
    assertTrue(
        result
            .err()
            .matches(
                "sidestep: carrying TCP on 127\\.0\\.0\\.0/8 inside the process; everything else"
                    + " stays on the kernel\n"
                    + "sidestep: first used by the program, listening on 127\\.0\\.0\\.1:\\d+\n"),
        result.err());
    assertEquals(new Result(0, ECHOED, ""), jvm.runWithAgent(Echo.class, STACK, logging, QUIET));
  }

  @Test
  void standardErrorSaysOnceWhyTheStackDoesNotStart(@TempDir Path directory) throws Exception {
    Path logsNothing = Files.createFile(directory.resolve("logging.properties"));
    String logging = "-Djava.util.logging.config.file=" + logsNothing;
    String noSuchDriver = "-Dsidestep.device=net_memfi0";
    Result result = jvm.runWithAgent(Echo.class, STACK, noSuchDriver, ADDRESS, logging);
    assertEquals(ECHOED, result.out(), result.err());
    assertTrue(
        result.err().matches("sidestep: runs on the kernel: sidestep\\.device=net_memfi0: .*\n"),
        result.err());
    assertEquals(
        new Result(0, ECHOED, ""),
        jvm.runWithAgent(Echo.class, STACK, noSuchDriver, ADDRESS, logging, QUIET));
  }

  @Test
  void strictProgramThatOpensNoSocketIsToldSo() throws Exception {
    String line = "sidestep: the program opened no socket of ours\n";
    assertEquals(new Result(0, "hello\n", line), jvm.runWithAgent(Hello.class, STACK, STRICT));
    assertEquals(
        new Result(0, ECHOED, line),
        jvm.runWithAgent(Echo.class, DEVICE, ADDRESS, STRICT, "-Dsidestep.wildcard=stack"));
    assertEquals(new Result(0, "hello\n", ""), jvm.runWithAgent(Hello.class, STACK, STRICT, QUIET));
  }

  @Test
  void countersAreReportedEvenIfTheProgramOpensNoSocket() throws Exception {
    assertEquals(
        new Result(
            0,
            "hello\n",
            """
            sidestep: the stack carried
              nothing: the program opened no socket of ours
            sidestep stats: connections=0 bytes_in=0 bytes_out=0
            """),
        jvm.runWithAgent(Hello.class, STACK, "-Dsidestep.stats=exit"));
  }

  @Test
  void anotherProviderThatTheUserChoseIsKept() throws Exception {
    String property = "java.nio.channels.spi.SelectorProvider=sun.nio.ch.PollSelectorProvider";
    String line = "sidestep: " + property + " is set; remove it to use Sidestep";
    assertEquals(
        new Result(
            0, UNTOUCHED.replace("EPoll", "Poll"), line + " (all traffic stays on the kernel)\n"),
        jvm.runWithAgent(Report.class, STACK, "-D" + property));
    assertEquals(
        new Result(1, "", line + "\n"),
        jvm.runWithAgent(Report.class, STACK, STRICT, "-D" + property));
  }

  @Test
  void misspeltSettingIsOneLineAndTheJvmStaysAsItWas() throws Exception {
    assertEquals(
        new Result(
            0,
            UNTOUCHED,
            "sidestep: unknown setting sidestep.lopback; did you mean sidestep.loopback?"
                + " (all traffic stays on the kernel)\n"),
        jvm.runWithAgent(Report.class, "-Dsidestep.lopback=stack"));
  }

  @Test
  void misspeltSettingEndsAStrictProgramWithThatOneLine() throws Exception {
    assertEquals(
        new Result(
            1, "", "sidestep: unknown setting sidestep.lopback; did you mean sidestep.loopback?\n"),
        jvm.runWithAgent(Hello.class, "-Dsidestep.lopback=stack", STRICT));
  }

  @Test
  void settingsComeFromTheFileAndStrictnessToo(@TempDir Path directory) throws Exception {
    Path file = Files.writeString(directory.resolve("a.properties"), "sidestep.loopback=stack\n");
    assertEquals(new Result(0, report(), ""), runWithFile(file, Report.class));
    Files.writeString(file, "sidestep.strict=true\nsidestep.mtu=1\n");
    assertEquals(
        new Result(
            1,
            "",
            "sidestep: sidestep.mtu=1 (in "
                + file
                + "): out of range; accepted: 576 to 65000, or 0 for the device's own\n"),
        runWithFile(file, Hello.class));
  }

  @Test
  void missingFileIsOneLine(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("none.properties");
    String line = "sidestep: cannot read the settings file " + file + ": there is no such file";
    assertEquals(
        new Result(0, "hello\n", line + " (all traffic stays on the kernel)\n"),
        runWithFile(file, Hello.class));
    assertEquals(new Result(1, "", line + "\n"), runWithFile(file, Hello.class, STRICT));
  }

  @Test
  void exitActionsRunAfterTheApplicationsShutdownHooks() throws Exception {
    Result inOrder = new Result(0, "the application's hook\nours\n", "");
    assertEquals(inOrder, jvm.runWithAgent(ExitOrder.class, STACK));
    assertEquals(
        new Result(3, inOrder.out(), ""),
        jvm.run(agent(), STACK, "-cp", ForkedJvm.PROGRAMS, ExitOrder.class.getName(), "3"));
  }

  @Test
  void loggingIsStillTheProgramsToChoose() throws Exception {
    assertEquals(
        new Result(0, "OwnLogManager\n", ""), jvm.runWithAgent(ChoosesLogging.class, STACK));
  }

  @Test
  void nothingInitialisesNioBeforeTheProgramDoes() throws Exception {
    Result result = jvm.runWithAgent(Hello.class, STACK, "-Xlog:class+load");
    assertEquals(0, result.exitCode());
    assertFalse(result.out().contains("java.nio.channels.spi.SelectorProvider$Holder"));
    assertFalse(result.out().contains("java.util.logging.LogManager"));
    assertFalse(result.out().contains("dev.sidestep.stack.engine"));
    assertFalse(result.out().contains("dev.sidestep.agent.TransportRewriter"));
  }

  @Test
  void programWithoutSocketsDoesNotPayForWhatSocketsNeed() throws Exception {
    Result result = jvm.runWithAgent(Hello.class, STACK, "-Xlog:class+load");
    assertEquals(0, result.exitCode());
    assertFalse(result.out().contains("dev.sidestep.agent.PrivateJdkDoors"));
    assertFalse(result.out().contains("dev.sidestep.provider.SidestepSelectorProvider"));
    List<String> linkedAtRunTime =
        result
            .out()
            .lines()
            .filter(line -> line.matches(".* dev\\.sidestep\\..*\\$\\$.*"))
            .toList();
    assertEquals(List.of(), linkedAtRunTime);
  }

  @Test
  void javaToolOptionsBringTheAgentIntoAnyJvm() throws Exception {
    String options = agent() + " " + STACK;
    ForkedJvm everywhere =
        new ForkedJvm(
            Path.of(System.getProperty("java.home")), Map.of("JAVA_TOOL_OPTIONS", options));
    assertEquals(
        new Result(0, report(), "Picked up JAVA_TOOL_OPTIONS: " + options + "\n"),
        everywhere.run("-cp", ForkedJvm.PROGRAMS, Report.class.getName()));
  }

  @Test
  void lateAttachIsRefusedWithALineAndTheProgramGoesOn(@TempDir Path directory) throws Exception {
    Path err = directory.resolve("err");
    String[] arguments = {
      "-XX:+EnableDynamicAgentLoading", "-cp", ForkedJvm.PROGRAMS, WaitForLine.class.getName()
    };
    Process program = jvm.start(arguments, ProcessBuilder.Redirect.PIPE, err);
    try (BufferedReader out = program.inputReader(StandardCharsets.UTF_8)) {
      assertEquals("up", out.readLine());
      VirtualMachine machine = VirtualMachine.attach(Long.toString(program.pid()));
      machine.loadAgent(ForkedJvm.AGENT_JAR);
      machine.detach();
      program.getOutputStream().close();
      assertEquals("down", out.readLine());
      assertEquals(0, program.waitFor());
    } finally {
      program.destroyForcibly();
    }
    assertTrue(
        Files.readString(err)
            .contains(
                "sidestep: cannot be attached to a running program; add"
                    + " -javaagent:sidestep-agent.jar to its command line\n"),
        Files.readString(err));
  }

  private Result runWithFile(Path file, Class<?> program, String... options) throws Exception {
    String[] arguments = new String[options.length + 4];
    arguments[0] = agent() + "=" + file;
    System.arraycopy(options, 0, arguments, 1, options.length);
    arguments[options.length + 1] = "-cp";
    arguments[options.length + 2] = ForkedJvm.PROGRAMS;
    arguments[options.length + 3] = program.getName();
    return jvm.run(arguments);
  }

  private static String agent() {
    return "-javaagent:" + ForkedJvm.AGENT_JAR;
  }

  private static String report() {
    return "provider "
        + PROVIDER
        + "\nnoNative null\nnative access true\nreflection IllegalAccessException\n"
        + "carries true\nbroken null\nkernel "
        + KERNEL_PROVIDER
        + "\n";
  }
}
