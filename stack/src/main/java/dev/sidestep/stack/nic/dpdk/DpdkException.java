package dev.sidestep.stack.nic.dpdk;

/**
 * DPDK or a device cannot be used. The message is one line that names the setting and what to do.
 */
public final class DpdkException extends RuntimeException {

  private static final long serialVersionUID = 1;

  private final String line;

  DpdkException(String line) {
    super(line);
    this.line = line;
  }

  @Override
  public String getMessage() {
    return line;
  }
}
