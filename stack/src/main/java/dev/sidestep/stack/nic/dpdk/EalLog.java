package dev.sidestep.stack.nic.dpdk;

import dev.sidestep.stack.nic.dpdk.ffi.LogPipe;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * DPDK's log. It goes to our logger at DEBUG: the text carries no severity, and whatever makes a
 * call fail is part of the exception anyway. A thread reads the pipe, since drivers also write from
 * threads of their own.
 */
final class EalLog {

  static final System.Logger LOGGER = System.getLogger("dev.sidestep.dpdk");

  /** Starts a line that DPDK did not write; followed by its number. */
  private static final String MARK = "\u0001sidestep ";

  private static final int MAX_LINES_KEPT = 256;
  private static final long MARK_TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(2);

  /** Lines that follow from the one that says why, or say nothing about a failure. */
  private static final Set<String> NOISE =
      Set.of("Driver cannot attach the device", "Failed to attach device", "failed to probe");

  private final LogPipe pipe;
  private final MemifRefusals refusals = new MemifRefusals();
  private final List<String> lines = new ArrayList<>();
  private long marksWritten;
  private long marksRead;

  EalLog() throws IOException {
    this.pipe = new LogPipe();
    Thread reader = new Thread(this::readAll, "sidestep-dpdk-log");
    reader.setDaemon(true);
    reader.start();
  }

  LogPipe pipe() {
    return pipe;
  }

  /** Takes the lines DPDK has written since the last call. */
  synchronized List<String> drain() {
    pipe.write(MARK + ++marksWritten + "\n");
    long deadlineNanos = System.nanoTime() + MARK_TIMEOUT_NANOS;
    boolean interrupted = false;
    while (marksRead < marksWritten && System.nanoTime() - deadlineNanos < 0) {
      try {
        TimeUnit.NANOSECONDS.timedWait(this, deadlineNanos - System.nanoTime());
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    List<String> taken = List.copyOf(lines);
    lines.clear();
    return taken;
  }

  /** The line that says best why a call failed, without the name of the part that wrote it. */
  static String reason(List<String> lines) {
    for (int i = lines.size() - 1; i >= 0; i--) {
      String line = lines.get(i);
      if (!line.isBlank() && NOISE.stream().noneMatch(line::contains)) {
        return line.strip();
      }
    }
    return "no reason given";
  }

  private void readAll() {
    try (BufferedReader reader =
        new BufferedReader(new InputStreamReader(pipe.reader(), StandardCharsets.UTF_8))) {
      String line;
      while ((line = reader.readLine()) != null) {
        accept(line);
      }
    } catch (IOException closed) {
      LOGGER.log(System.Logger.Level.DEBUG, "DPDK's log ends", closed);
    }
  }

  private void accept(String line) {
    int mark = line.indexOf(MARK);
    if (mark < 0) {
      LOGGER.log(System.Logger.Level.DEBUG, line);
      String refusal = refusals.explain(line);
      if (refusal != null) {
        LOGGER.log(System.Logger.Level.WARNING, "a memif client is sent away: {0}", refusal);
      }
      keep(line);
      return;
    }
    if (mark > 0) {
      keep(line.substring(0, mark));
    }
    synchronized (this) {
      marksRead = Long.parseLong(line.substring(mark + MARK.length()));
      notifyAll();
    }
  }

  private synchronized void keep(String line) {
    if (lines.size() == MAX_LINES_KEPT) {
      lines.removeFirst();
    }
    lines.add(line);
  }
}
