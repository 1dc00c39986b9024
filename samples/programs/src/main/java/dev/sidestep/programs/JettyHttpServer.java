package dev.sidestep.programs;

import dev.sidestep.samples.Options;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;

/** Embedded Jetty with a handler that answers each request with its path. */
public final class JettyHttpServer {
  private JettyHttpServer() {}

  /** Serves until it is ended. */
  public static void main(String[] args) throws Exception {
    Options options = Servers.options("JettyHttpServer", args);
    Server server = new Server();
    ServerConnector connector = new ServerConnector(server);
    connector.setHost(options.text("host"));
    connector.setPort(options.smallNumber("port"));
    server.addConnector(connector);
    server.setHandler(new PathEcho());
    server.start();
    Servers.announce(new InetSocketAddress(options.text("host"), connector.getLocalPort()));
    server.join();
  }

  private static final class PathEcho extends Handler.Abstract.NonBlocking {
    @Override
    public boolean handle(Request request, Response response, Callback callback) {
      byte[] body = request.getHttpURI().getPath().getBytes(StandardCharsets.US_ASCII);
      response.getHeaders().put(HttpHeader.CONTENT_TYPE, "text/plain");
      response.getHeaders().put(HttpHeader.CONTENT_LENGTH, body.length);
      response.write(true, ByteBuffer.wrap(body), callback);
      return true;
    }
  }
}
