package dev.sidestep.stack.nic;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * A capture file in pcap format with nanosecond timestamps and Ethernet framing
 * (draft-ietf-opsawg-pcap), as tcpdump and Wireshark read it. It is what tcpdump is to a kernel
 * interface: traffic that bypasses the kernel bypasses tcpdump, too.
 *
 * <p>Frames of any number of {@link CapturingDevice}s go through a ring each to one background
 * thread that writes the file, so that no poll loop ever waits for the disk. Frames of different
 * queues can lie in the file slightly out of order; their timestamps are right. When the disk
 * cannot keep up, frames are missed and counted; the end of the capture logs how many. If writing
 * fails, the capture ends with a warning and the network goes on.
 *
 * <p>Threads: {@link #close()} from any thread.
 */
public final class PcapCapture implements AutoCloseable {

  /** Most bytes of one frame that are kept; tcpdump keeps as many. */
  static final int SNAP_LENGTH_BYTES = 262_144;

  private static final Logger LOG = System.getLogger(PcapCapture.class.getName());

  private static final int FILE_HEADER_BYTES = 24;
  private static final int NANOSECOND_MAGIC = 0xa1b23c4d;
  private static final short VERSION_MAJOR = 2;
  private static final short VERSION_MINOR = 4;
  private static final int LINKTYPE_ETHERNET = 1;
  private static final long WRITE_PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private final FileChannel file;
  private final LongSupplier epochNanos;
  private final List<CaptureRing> rings = new CopyOnWriteArrayList<>();
  private final Thread writer = new Thread(this::writeUntilClosed, "sidestep-capture");

  private volatile boolean closed;

  private PcapCapture(FileChannel file, LongSupplier epochNanos) {
    this.file = file;
    this.epochNanos = epochNanos;
  }

  /**
   * Starts a capture; an existing file is overwritten.
   *
   * @throws IOException if the file cannot be written
   */
  public static PcapCapture open(Path path) throws IOException {
    Instant now = Instant.now();
    long offset = TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
    long start = offset - System.nanoTime();
    return open(path, () -> start + System.nanoTime());
  }

  /** Starts a capture whose timestamps, in nanoseconds since 1970, come from {@code epochNanos}. */
  public static PcapCapture open(Path path, LongSupplier epochNanos) throws IOException {
    FileChannel file =
        FileChannel.open(
            path,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING);
    PcapCapture capture = new PcapCapture(file, epochNanos);
    try {
      capture.writeFileHeader();
    } catch (IOException e) {
      file.close();
      throw e;
    }
    capture.writer.setDaemon(true);
    capture.writer.start();
    return capture;
  }

  private void writeFileHeader() throws IOException {
    ByteBuffer header = ByteBuffer.allocate(FILE_HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    header.putInt(NANOSECOND_MAGIC).putShort(VERSION_MAJOR).putShort(VERSION_MINOR);
    header.putInt(0).putInt(0); // reserved
    header.putInt(SNAP_LENGTH_BYTES).putInt(LINKTYPE_ETHERNET).flip();
    while (header.hasRemaining()) {
      file.write(header);
    }
  }

  /** A way into this capture for one queue. */
  CaptureRing newRing() {
    CaptureRing ring = new CaptureRing();
    rings.add(ring);
    return ring;
  }

  /** What a frame that passes now is stamped with. */
  long epochNanos() {
    return epochNanos.getAsLong();
  }

  /** Frames that are not in the file because the disk could not keep up. */
  public long missedFrames() {
    long sum = 0;
    for (CaptureRing ring : rings) {
      sum += ring.missedFrames();
    }
    return sum;
  }

  private void writeUntilClosed() {
    try (file) {
      while (!closed) {
        drain();
        LockSupport.parkNanos(this, WRITE_PERIOD_NANOS);
      }
      drain();
    } catch (IOException e) {
      LOG.log(Level.WARNING, "packet capture ended early: " + e.getMessage());
    }
  }

  private void drain() throws IOException {
    for (CaptureRing ring : rings) {
      ring.drainTo(file);
    }
  }

  /** Writes what was captured so far and ends the capture; the devices stay usable. */
  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(writer);
    try {
      writer.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    long missed = missedFrames();
    if (missed > 0) {
      LOG.log(Level.WARNING, "packet capture missed " + missed + " frames: disk too slow");
    }
  }
}
