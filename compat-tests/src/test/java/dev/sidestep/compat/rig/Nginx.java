package dev.sidestep.compat.rig;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** An nginx of our own with its configuration and files in a temporary folder. */
public final class Nginx implements AutoCloseable {
  private static final int PORT = 8080;

  private final String url;
  private final Process process;

  private Nginx(String url, Process process) {
    this.url = url;
    this.process = process;
  }

  /** Starts nginx at {@code end}; it serves {@code large} as /large and a few bytes as /small. */
  public static Nginx start(End end, Path directory, Path large)
      throws IOException, InterruptedException {
    Path root = Files.createDirectory(directory.resolve("www"));
    Files.createLink(root.resolve("large"), large);
    Files.writeString(root.resolve("small"), "small\n");
    Path configuration = directory.resolve("nginx.conf");
    Files.writeString(configuration, configuration(end, directory, root));
    List<String> command = new ArrayList<>(end.commandPrefix());
    command.addAll(List.of("nginx", "-p", directory.toString(), "-c", configuration.toString()));
    Path log = directory.resolve("nginx.log");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    Nginx nginx = new Nginx("http://" + end.address() + ":" + PORT, process);
    nginx.awaitAnswer(end, log);
    return nginx;
  }

  private static String configuration(End end, Path directory, Path root) {
    return """
        daemon off;
        master_process off;
        pid %1$s/nginx.pid;
        error_log stderr;
        events { worker_connections 64; }
        http {
          access_log off;
          keepalive_requests 100000;
          client_body_temp_path %1$s/body;
          proxy_temp_path %1$s/proxy;
          fastcgi_temp_path %1$s/fastcgi;
          uwsgi_temp_path %1$s/uwsgi;
          scgi_temp_path %1$s/scgi;
          server {
            listen %2$s:%3$d;
            root %4$s;
          }
        }
        """
        .formatted(directory, end.address(), PORT, root);
  }

  private void awaitAnswer(End end, Path log) throws IOException, InterruptedException {
    List<String> curl = new ArrayList<>(end.commandPrefix());
    curl.addAll(List.of("curl", "-sS", "-f", "--retry", "20", "--retry-delay", "1"));
    curl.addAll(List.of("--retry-connrefused", url + "/small"));
    if (!Command.tryRun(curl)) {
      close();
      throw new IOException("nginx does not answer: " + Files.readString(log));
    }
  }

  /** Where it answers. */
  public String url() {
    return url;
  }

  @Override
  public void close() {
    process.destroy();
  }
}
