package dev.sidestep.samples.compare;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whose TCP a pair of programs runs on.
 *
 * @param name what the tables call it
 * @param agentJar Sidestep's jar, or null for the kernel
 */
record Stack(String name, @Nullable Path agentJar) {

  /** The kernel first, then Sidestep from each of the jars, {@code JAR} or {@code NAME=JAR}. */
  static List<Stack> kernelAnd(List<String> agents) throws CompareException {
    List<Stack> stacks = new ArrayList<>(List.of(new Stack("kernel", null)));
    Set<String> names = new HashSet<>(Set.of("kernel", "raw memif"));
    for (String agent : agents) {
      int equals = agent.indexOf('=');
      Path jar = Path.of(agent.substring(equals + 1)).toAbsolutePath();
      if (!Files.isReadable(jar)) {
        throw new CompareException(jar + " is not there; the command samples/compare builds it");
      }
      String name =
          equals > 0 ? agent.substring(0, equals) : agents.size() == 1 ? "sidestep" : stem(jar);
      if (!names.add(name)) {
        throw new CompareException("two stacks are called " + name + "; use --agent NAME=JAR");
      }
      stacks.add(new Stack(name, jar));
    }
    return stacks;
  }

  private static String stem(Path jar) {
    return jar.getFileName().toString().replaceFirst("\\.jar$", "");
  }

  boolean isKernel() {
    return agentJar == null;
  }
}
