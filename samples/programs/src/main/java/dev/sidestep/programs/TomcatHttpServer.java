package dev.sidestep.programs;

import dev.sidestep.samples.Options;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;
import org.apache.coyote.http11.Http11NioProtocol;

/** Embedded Tomcat with a servlet that answers each request with its path, on the NIO connector. */
public final class TomcatHttpServer {
  private TomcatHttpServer() {}

  /** Serves until it is ended. */
  public static void main(String[] args) throws IOException, LifecycleException {
    Options options = Servers.options("TomcatHttpServer", args);
    Path folder = Files.createTempDirectory("sidestep-tomcat");
    folder.toFile().deleteOnExit();
    Tomcat tomcat = new Tomcat();
    tomcat.setBaseDir(folder.toString());
    Http11NioProtocol protocol = new Http11NioProtocol();
    InetAddress address = InetAddress.getByName(options.text("host"));
    protocol.setAddress(address);
    // As many requests on a connection as the client likes.
    protocol.setMaxKeepAliveRequests(-1);
    Connector connector = new Connector(protocol);
    connector.setPort(options.smallNumber("port"));
    tomcat.setConnector(connector);
    Context context = tomcat.addContext("", folder.toString());
    Tomcat.addServlet(context, "echo", new PathEcho()).addMapping("/");
    tomcat.start();
    Servers.announce(new InetSocketAddress(address, connector.getLocalPort()));
    tomcat.getServer().await();
  }

  private static final class PathEcho extends HttpServlet {
    private static final long serialVersionUID = 1;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response)
        throws IOException {
      byte[] body = request.getRequestURI().getBytes(StandardCharsets.US_ASCII);
      response.setContentType("text/plain");
      response.setContentLength(body.length);
      response.getOutputStream().write(body);
    }
  }
}
