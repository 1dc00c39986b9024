package dev.sidestep.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sidestep.agent.ForkedJvm.Result;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is in the finished jar, and that every Java can at least be told something by it. */
class JarIT {

  private static final int JAVA_8_CLASS_FILE = 52;

  @Test
  void everyClassIsOursOrRenamedToBeOurs() throws IOException {
    try (JarFile jar = new JarFile(ForkedJvm.AGENT_JAR)) {
      List<String> strangers =
          jar.stream()
              .filter(entry -> !entry.isDirectory())
              .map(entry -> entry.getName())
              .filter(name -> !name.startsWith("dev/sidestep/") && !name.startsWith("META-INF/"))
              .toList();
      assertEquals(List.of(), strangers);
      assertTrue(
          jar.stream().anyMatch(e -> e.getName().startsWith("dev/sidestep/shaded/org/jctools/")));
      assertNotNull(jar.getEntry("META-INF/LICENSE"));
      assertNotNull(jar.getEntry("META-INF/NOTICE"));
    }
  }

  @Test
  void noServiceFileMakesUsTheProviderOfProgramsThatDidNotAsk() throws IOException {
    try (JarFile jar = new JarFile(ForkedJvm.AGENT_JAR)) {
      assertTrue(jar.stream().noneMatch(e -> e.getName().startsWith("META-INF/services/")));
    }
  }

  @Test
  void manifestNamesTheLauncherWhichLoadsOnJava8() throws IOException {
    try (JarFile jar = new JarFile(ForkedJvm.AGENT_JAR)) {
      Attributes manifest = jar.getManifest().getMainAttributes();
      String launcher = Launcher.class.getName();
      assertEquals(launcher, manifest.getValue("Main-Class"));
      assertEquals(launcher, manifest.getValue("Premain-Class"));
      assertEquals(launcher, manifest.getValue("Agent-Class"));
      assertEquals("true", manifest.getValue("Can-Retransform-Classes"));
      String entry = launcher.replace('.', '/') + ".class";
      try (DataInputStream in = new DataInputStream(jar.getInputStream(jar.getEntry(entry)))) {
        in.readInt();
        in.readUnsignedShort();
        assertEquals(JAVA_8_CLASS_FILE, in.readUnsignedShort());
      }
    }
  }

  @Test
  void jarExplainsItselfAndKnowsItsVersion() throws Exception {
    ForkedJvm jvm = ForkedJvm.ofThisJava();
    Result help = jvm.run("-jar", ForkedJvm.AGENT_JAR);
    assertEquals(0, help.exitCode());
    assertTrue(help.out().startsWith("Sidestep "), help.out());
    assertEquals("", help.err());
    Result version = jvm.run("-jar", ForkedJvm.AGENT_JAR, "--version");
    assertTrue(version.out().matches("sidestep \\d+\\.\\d+\\.\\d+.*\n"), version.out());
    assertEquals(2, jvm.run("-jar", ForkedJvm.AGENT_JAR, "--hlep").exitCode());
    assertEquals(1, jvm.run("-Dsidestep.mut=1", "-jar", ForkedJvm.AGENT_JAR, "--check").exitCode());
  }

  @Test
  void oldJavaIsToldWhichJavaIsNeeded() throws Exception {
    Result result = oldJava().run("-jar", ForkedJvm.AGENT_JAR, "--help");
    assertEquals(1, result.exitCode());
    assertTrue(
        result.err().matches("sidestep: Sidestep needs Java 25 or newer; this is [^\n]*\n"),
        result.err());
  }

  @Test
  void programOnOldJavaRunsOnTheKernel(@TempDir Path directory) throws Exception {
    Path source =
        Files.writeString(
            directory.resolve("OldNio.java"),
            """
            public class OldNio {
              public static void main(String[] arguments) throws Exception {
                System.out.println(java.nio.channels.Selector.open().isOpen());
              }
            }
            """);
    String[] options = {
      "--release", "8", "-Xlint:-options", "-d", directory.toString(), source.toString()
    };
    assertEquals(
        0, ToolProvider.getSystemJavaCompiler().run(null, System.out, System.err, options));
    String agent = "-javaagent:" + ForkedJvm.AGENT_JAR;
    Result result = oldJava().run(agent, "-cp", directory.toString(), "OldNio");
    assertEquals("true\n", result.out(), result.err());
    assertTrue(result.err().endsWith("; the program runs on the kernel\n"), result.err());
    assertEquals(1, result.err().lines().count(), result.err());
    Result strict =
        oldJava().run(agent, "-Dsidestep.strict=true", "-cp", directory.toString(), "OldNio");
    assertEquals(1, strict.exitCode());
    assertEquals("", strict.out());
  }

  /** A Java before 25 on this machine; skips the test if there is none. */
  private static ForkedJvm oldJava() throws IOException {
    try (Stream<Path> homes = Files.list(Path.of("/usr/lib/jvm"))) {
      List<Path> old = homes.filter(JarIT::isOldJava).sorted().toList();
      if (old.isEmpty()) {
        System.out.println("skipped: no Java before 25 under /usr/lib/jvm");
      }
      Assumptions.assumeFalse(old.isEmpty(), "no Java before 25 under /usr/lib/jvm");
      return new ForkedJvm(old.getFirst(), Map.of());
    }
  }

  private static boolean isOldJava(Path home) {
    Path release = home.resolve("release");
    if (!Files.isExecutable(home.resolve("bin").resolve("java")) || !Files.isReadable(release)) {
      return false;
    }
    Properties properties = new Properties();
    try (var reader = Files.newBufferedReader(release)) {
      properties.load(reader);
    } catch (IOException e) {
      return false;
    }
    String version = properties.getProperty("JAVA_VERSION", "\"99\"").replace("\"", "");
    return Integer.parseInt(version.split("\\.")[0]) < 25;
  }
}
