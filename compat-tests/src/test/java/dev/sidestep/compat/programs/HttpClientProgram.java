package dev.sidestep.compat.programs;

import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.MessageDigest;
import java.util.HexFormat;

/** The JDK's own HTTP client: many small requests, then one large download and its SHA-256. */
public final class HttpClientProgram {
  private HttpClientProgram() {}

  /** Arguments: base URL, number of requests for {@code /small}; then {@code /large} once. */
  public static void main(String[] args) throws Exception {
    int requests = Integer.parseInt(args[1]);
    try (HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
      for (int i = 0; i < requests; i++) {
        HttpResponse<String> response =
            client.send(request(args[0] + "/small"), HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() != 200) {
          throw new IllegalStateException("status " + response.statusCode());
        }
      }
      System.out.println("requests=" + requests);
      HttpResponse<InputStream> large =
          client.send(request(args[0] + "/large"), HttpResponse.BodyHandlers.ofInputStream());
      System.out.println("large sha256=" + sha256(large.body()));
    }
  }

  private static HttpRequest request(String uri) {
    return HttpRequest.newBuilder(URI.create(uri)).build();
  }

  private static String sha256(InputStream body) throws Exception {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    byte[] chunk = new byte[64 << 10];
    try (body) {
      for (int length = body.read(chunk); length >= 0; length = body.read(chunk)) {
        digest.update(chunk, 0, length);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }
}
