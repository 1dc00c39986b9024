package dev.sidestep.compat;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sidestep.compat.programs.HttpClientProgram;
import dev.sidestep.compat.programs.HttpServerProgram;
import dev.sidestep.compat.rig.Command;
import dev.sidestep.compat.rig.ForkedJvm;
import dev.sidestep.compat.rig.Link;
import dev.sidestep.compat.rig.Nginx;
import dev.sidestep.compat.rig.StackStats;
import dev.sidestep.samples.RandomData;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The JDK's own HTTP server and client, with the kernel's curl and nginx at the other end. */
class HttpE2eTest {
  private static final int REQUESTS = 1000;
  private static final int LARGE_BYTES = 200 << 20;

  /** Enough for a TAP, where a system call per frame is what takes the time. */
  private static final int LARGE_ON_TAP_BYTES = 20 << 20;

  @TempDir Path directory = Path.of("");

  @ParameterizedTest
  @EnumSource(names = {"KERNEL_VETH", "SIDESTEP_VETH", "SIDESTEP_TAP"})
  void curlGetsAThousandAnswersOverOneConnection(Link.Kind kind) throws Exception {
    try (Link link = Link.open(kind);
        ForkedJvm server = startServer(link)) {
      String url = url(link, server.awaitListening()) + "/hello?[1-" + REQUESTS + "]";
      List<String> lines =
          List.of(curl(link, "-w", "connects=%{num_connects}\\n", url).split("\n"));
      assertEquals(REQUESTS, lines.stream().filter(line -> line.startsWith("hello ")).count());
      assertEquals(1, lines.stream().filter(line -> line.equals("connects=1")).count());
      StackStats.assertCarried(server.terminate(), 1, REQUESTS * 100L);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"KERNEL_VETH", "SIDESTEP_VETH", "SIDESTEP_TAP"})
  void aLargeDownloadArrivesUnchanged(Link.Kind kind) throws Exception {
    Path file = directory.resolve("download");
    int bytes = largeBytes(kind);
    try (Link link = Link.open(kind);
        ForkedJvm server = startServer(link)) {
      String url = url(link, server.awaitListening()) + "/download?" + bytes;
      curl(link, "-o", file.toString(), url);
      String sent = server.awaitLine("sent sha256=", 10);
      assertEquals(sent, "sent sha256=" + sha256sum(file));
      StackStats.assertCarried(server.terminate(), 1, bytes);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"KERNEL_VETH", "SIDESTEP_VETH", "SIDESTEP_TAP"})
  void aLargeUploadArrivesUnchanged(Link.Kind kind) throws Exception {
    int bytes = largeBytes(kind);
    Path file = randomFile(bytes);
    try (Link link = Link.open(kind);
        ForkedJvm server = startServer(link)) {
      String url = url(link, server.awaitListening()) + "/upload";
      String received = curl(link, "-T", file.toString(), url);
      assertEquals(sha256sum(file), received.strip());
      StackStats.assertCarried(server.terminate(), 1, bytes);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"KERNEL_VETH", "SIDESTEP_VETH", "SIDESTEP_TAP"})
  void theHttpClientFetchesFromNginx(Link.Kind kind) throws Exception {
    int bytes = largeBytes(kind);
    Path file = randomFile(bytes);
    try (Link link = Link.open(kind);
        Nginx nginx = Nginx.start(link.second(), directory, file);
        ForkedJvm client =
            ForkedJvm.start(link.first(), HttpClientProgram.class, nginx.url(), REQUESTS)) {
      client.awaitLine("requests=" + REQUESTS, 60);
      String received = client.awaitLine("large sha256=", 60);
      assertEquals(received, "large sha256=" + sha256sum(file));
      client.awaitSuccess(20);
      StackStats.assertCarried(client, 1, bytes);
    }
  }

  private static int largeBytes(Link.Kind kind) {
    return kind == Link.Kind.SIDESTEP_TAP ? LARGE_ON_TAP_BYTES : LARGE_BYTES;
  }

  private static ForkedJvm startServer(Link link) {
    return ForkedJvm.start(link.first(), HttpServerProgram.class, link.first().address(), 0);
  }

  private static String url(Link link, int port) {
    return "http://" + link.first().address() + ":" + port;
  }

  private static String curl(Link link, String... arguments)
      throws IOException, InterruptedException {
    String[] command = Arrays.copyOf(new String[] {"curl", "-sS", "-f"}, 3 + arguments.length);
    System.arraycopy(arguments, 0, command, 3, arguments.length);
    return Command.runAt(link.second(), command);
  }

  private static String sha256sum(Path file) throws IOException, InterruptedException {
    return Command.run("sha256sum", file.toString()).split(" ", 2)[0];
  }

  private Path randomFile(int bytes) throws IOException {
    Path file = directory.resolve("random");
    try (FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      ByteBuffer mapped = channel.map(FileChannel.MapMode.READ_WRITE, 0, bytes);
      new RandomData(7).fill(mapped, 0);
    }
    return file;
  }
}
