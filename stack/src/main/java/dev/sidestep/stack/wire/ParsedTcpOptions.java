package dev.sidestep.stack.wire;

/**
 * What {@link TcpOptions#parse} found in one segment. One object per shard, filled anew for each
 * segment.
 */
public final class ParsedTcpOptions {

  /** Most SACK blocks that fit into 40 bytes of options (RFC 2018 §3). */
  public static final int MAX_SACK_BLOCKS = 4;

  /** Value of a field whose option the segment does not have. */
  public static final int ABSENT = -1;

  /**
   * Maximum segment size in bytes, 0 to 65535, or {@link #ABSENT}; heeded only on SYN (MUST-65).
   */
  public int mssBytes = ABSENT;

  /** Window scale, 0 to 14, or {@link #ABSENT}; heeded only on SYN (RFC 7323 §2.2). */
  public int windowScale = ABSENT;

  /** Whether SACK is permitted; heeded only on SYN (RFC 2018 §2). */
  public boolean sackPermitted;

  /** Whether there is a timestamps option (RFC 7323 §3.2). */
  public boolean timestampPresent;

  /** TSval; meaningful only with {@link #timestampPresent}. */
  public int timestampValue;

  /** TSecr; meaningful only with {@link #timestampPresent}. */
  public int timestampEchoReply;

  /** Number of SACK blocks. */
  public int sackBlockCount;

  private final int[] sackLeftEdges = new int[MAX_SACK_BLOCKS];
  private final int[] sackRightEdges = new int[MAX_SACK_BLOCKS];

  /** First sequence number of SACK block {@code index}. */
  public int sackLeftEdge(int index) {
    return sackLeftEdges[index];
  }

  /** Sequence number just behind SACK block {@code index}. */
  public int sackRightEdge(int index) {
    return sackRightEdges[index];
  }

  void setSackBlock(int index, int leftEdge, int rightEdge) {
    sackLeftEdges[index] = leftEdge;
    sackRightEdges[index] = rightEdge;
  }

  /** Forgets everything. */
  public void clear() {
    mssBytes = ABSENT;
    windowScale = ABSENT;
    sackPermitted = false;
    timestampPresent = false;
    timestampValue = 0;
    timestampEchoReply = 0;
    sackBlockCount = 0;
  }
}
