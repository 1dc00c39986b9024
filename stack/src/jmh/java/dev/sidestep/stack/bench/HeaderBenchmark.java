package dev.sidestep.stack.bench;

import dev.sidestep.stack.packet.DropReason;
import dev.sidestep.stack.wire.EthernetHeader;
import dev.sidestep.stack.wire.InternetChecksum;
import dev.sidestep.stack.wire.Ipv4Header;
import dev.sidestep.stack.wire.ParsedTcpOptions;
import dev.sidestep.stack.wire.TcpHeader;
import dev.sidestep.stack.wire.TcpOptions;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What it takes to read the headers of one full data segment, and to sum it up. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 2, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class HeaderBenchmark {

  private static final int FRAME_BYTES = 1514;
  private static final int IP = EthernetHeader.LENGTH_BYTES;
  private static final int TCP = IP + Ipv4Header.MIN_LENGTH_BYTES;
  private static final int TCP_HEADER_BYTES = 32;
  private static final int PAYLOAD_BYTES = FRAME_BYTES - TCP - TCP_HEADER_BYTES;

  private final ParsedTcpOptions options = new ParsedTcpOptions();

  /** Many frames, as in a pool, so that they are not all in the first-level cache. */
  private final MemorySegment[] frames = new MemorySegment[256];

  private final MemorySegment target = Arena.ofAuto().allocate(FRAME_BYTES, 64);
  private int next;

  /** Writes the frames. */
  @Setup
  public void setUp() {
    for (int i = 0; i < frames.length; i++) {
      MemorySegment frame = Arena.ofAuto().allocate(2048, 64);
      EthernetHeader.write(frame, 0, 0x02_00_00_00_00_01L, 2, EthernetHeader.TYPE_IPV4);
      Ipv4Header.write(
          frame, IP, 0, FRAME_BYTES - IP, i, Ipv4Header.DONT_FRAGMENT, 64, 6, 0x0a00_0001, i);
      TcpHeader.write(frame, TCP, 40_000, 80, i, i, TCP_HEADER_BYTES, TcpHeader.ACK, 500);
      TcpOptions.writeTimestamps(frame, TCP + TcpHeader.MIN_LENGTH_BYTES, i, i);
      frames[i] = frame;
    }
  }

  private MemorySegment frame() {
    return frames[next++ & (frames.length - 1)];
  }

  /** Ethernet, IPv4 with its checksum, TCP and its options. */
  @Benchmark
  public int parse() {
    MemorySegment frame = frame();
    boolean valid =
        EthernetHeader.validate(frame, 0, FRAME_BYTES) == DropReason.NONE
            && EthernetHeader.type(frame, 0) == EthernetHeader.TYPE_IPV4
            && Ipv4Header.validate(frame, IP, FRAME_BYTES - IP) == DropReason.NONE
            && Ipv4Header.hasValidChecksum(frame, IP)
            && TcpHeader.validate(frame, TCP, FRAME_BYTES - TCP) == DropReason.NONE;
    int optionBytes = TcpHeader.headerLength(frame, TCP) - TcpHeader.MIN_LENGTH_BYTES;
    TcpOptions.parse(frame, TCP + TcpHeader.MIN_LENGTH_BYTES, optionBytes, options);
    return valid ? TcpHeader.seq(frame, TCP) + options.timestampValue : 0;
  }

  /** The checksum over TCP header and payload. */
  @Benchmark
  public long checksum() {
    return InternetChecksum.sum(frame(), TCP, FRAME_BYTES - TCP);
  }

  /** The payload copied and summed up. */
  @Benchmark
  public long copyAndChecksum() {
    return InternetChecksum.copyAndSum(frame(), TCP + TCP_HEADER_BYTES, target, 0, PAYLOAD_BYTES);
  }
}
