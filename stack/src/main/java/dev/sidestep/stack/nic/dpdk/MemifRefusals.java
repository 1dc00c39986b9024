package dev.sidestep.stack.nic.dpdk;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a memif server says when it sends a client away, in terms of settings. The driver only logs
 * it, and the link stays down.
 *
 * <p>Threads: one at a time.
 */
final class MemifRefusals {

  private static final String RECEIVED = "Disconnect received: ";

  /** Reasons of DPDK's driver (memif_socket.c), and what is to be done. */
  private static final Map<String, String> EXPLANATIONS =
      Map.of(
          "Already connected",
          "another client is connected with this id= already; give each client a server device and"
              + " an id= of its own",
          "ID not found",
          "the server has no device with this id= on this socket=; name the same id= at both ends",
          "Secret required",
          "the server wants a secret=; name the same at both ends",
          "Incorrect secret",
          "the server has another secret=; name the same at both ends");

  private final Map<String, Integer> seen = new HashMap<>();

  /**
   * What to tell the user of a line of the log: once, and not before a second attempt has failed
   * the same way, for a server that is starting or has not yet noticed the end of the last
   * connection refuses too.
   */
  @Nullable String explain(String line) {
    int at = line.indexOf(RECEIVED);
    if (at < 0) {
      return null;
    }
    String reason = line.substring(at + RECEIVED.length()).strip();
    String explanation = EXPLANATIONS.get(reason);
    boolean second = explanation != null && seen.merge(reason, 1, Integer::sum) == 2;
    return second ? explanation : null;
  }
}
