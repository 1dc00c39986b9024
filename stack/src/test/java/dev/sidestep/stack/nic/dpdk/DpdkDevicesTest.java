package dev.sidestep.stack.nic.dpdk;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.sidestep.stack.nic.NicDevice;
import dev.sidestep.stack.nic.NicQueue;
import dev.sidestep.stack.nic.dpdk.ffi.BusyInterruptThread;
import dev.sidestep.stack.nic.dpdk.ffi.DescriptorWait;
import dev.sidestep.stack.nic.dpdk.ffi.DpdkLibrary;
import dev.sidestep.stack.nic.dpdk.ffi.MemifPort;
import dev.sidestep.stack.nic.dpdk.ffi.NativeMemory;
import dev.sidestep.stack.nic.dpdk.ffi.RteMbuf;
import dev.sidestep.stack.nic.dpdk.ffi.SocketFile;
import dev.sidestep.stack.packet.PacketBuffer;
import dev.sidestep.stack.packet.PacketPool;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The installed DPDK in this JVM: its one EAL serves all these tests. */
class DpdkDevicesTest {

  private static final int BUFFERS = 511;

  /** Buffers that a pool keeps for the driver's next burst. */
  private static final int DRIVERS_SHARE = 64;

  private static final ValueLayout.OfInt UNALIGNED_INT = JAVA_INT.withByteAlignment(1);

  private static final int MAX_POLLS = 100_000_000;
  private static final DpdkOptions OPTIONS = DpdkOptions.defaults().withPoolBuffers(BUFFERS);

  @BeforeEach
  void needsDpdk() {
    RequiresDpdk.orSkip();
  }

  @Test
  void everyBufferButTheDriversShareCanBeTakenOnceAndComesBack() {
    try (NicDevice device = open("net_null0", OPTIONS)) {
      PacketPool pool = device.queue(0).pool();
      assertEquals(BUFFERS, pool.capacityBuffers());
      Queue<PacketBuffer> taken = new ArrayDeque<>();
      for (int i = 0; i < BUFFERS - DRIVERS_SHARE; i++) {
        assertEquals(BUFFERS - i, pool.availableBuffers());
        PacketBuffer buffer = pool.allocate();
        assertNotNull(buffer);
        assertEquals(PacketBuffer.HEADROOM_BYTES, buffer.offset());
        assertEquals(
            PacketBuffer.HEADROOM_BYTES + pool.dataRoomBytes(), buffer.memory().byteSize());
        taken.add(buffer);
      }
      assertNull(pool.allocate());
      assertEquals(DRIVERS_SHARE, pool.availableBuffers());
      taken.forEach(PacketBuffer::free);
      assertEquals(BUFFERS, pool.availableBuffers());
      assertThrows(IllegalStateException.class, taken.element()::free);
    }
  }

  @Test
  void whoSendsCannotStarveReception() {
    try (NicDevice device = open("net_null0,size=64", OPTIONS)) {
      NicQueue queue = device.queue(0);
      Queue<PacketBuffer> taken = new ArrayDeque<>();
      for (PacketBuffer b = queue.pool().allocate(); b != null; b = queue.pool().allocate()) {
        taken.add(b);
      }
      PacketBuffer[] frames = new PacketBuffer[32];
      for (int round = 0; round < 100; round++) {
        assertEquals(32, queue.rxBurst(frames));
        for (PacketBuffer frame : frames) {
          frame.free();
        }
      }
      taken.forEach(PacketBuffer::free);
      assertEquals(BUFFERS, queue.pool().availableBuffers());
    }
  }

  @Test
  void theBuffersUsedLastAreUsedAgainFirst() {
    try (NicDevice device = open("net_null0,size=64", OPTIONS)) {
      NicQueue queue = device.queue(0);
      PacketBuffer[] frames = new PacketBuffer[32];
      Set<PacketBuffer> used = new HashSet<>();
      for (int round = 0; round < 100; round++) {
        assertEquals(32, queue.rxBurst(frames));
        used.addAll(Arrays.asList(frames));
        for (PacketBuffer frame : frames) {
          frame.free();
        }
      }
      // Those of a burst, and what lies ready for the driver meanwhile.
      assertTrue(used.size() <= 32 + 2 * DRIVERS_SHARE, () -> used.size() + " buffers");
    }
  }

  @Test
  void receivedFramesAreTheOnesTheDriverFilled() {
    try (NicDevice device = open("net_null0,size=1514", OPTIONS)) {
      NicQueue queue = device.queue(0);
      PacketBuffer[] frames = new PacketBuffer[16];
      assertEquals(16, queue.rxBurst(frames));
      for (PacketBuffer frame : frames) {
        assertEquals(1514, frame.length());
      }
      assertEquals(BUFFERS - 16, queue.pool().availableBuffers());
      assertEquals(10, queue.txBurst(frames, 0, 10));
      for (int i = 10; i < 16; i++) {
        frames[i].free();
      }
      assertEquals(BUFFERS, queue.pool().availableBuffers());
    }
  }

  @Test
  void memoryOfAClosedDeviceCannotBeTouched() {
    NicDevice device = open("net_null0", OPTIONS);
    PacketBuffer buffer = device.queue(0).pool().allocate();
    assertNotNull(buffer);
    NicQueue queue = device.queue(0);
    device.close();
    assertThrows(IllegalStateException.class, () -> buffer.memory().get(JAVA_INT, 0));
    assertEquals(0, queue.rxBurst(new PacketBuffer[1]));
    assertFalse(device.linkUp());
    device.close();
  }

  @Test
  void memoryThatDpdksThreadMayStillUseStays() {
    DpdkLibrary library = DpdkEal.start(OPTIONS, List.of(), 0, () -> {}).library();
    String device = "net_memif99,role=server,socket=sidestep-busy-" + ProcessHandle.current().pid();
    NicDevice busy = open(device, OPTIONS);
    int port = library.portByName(busy.name());
    PacketBuffer buffer = busy.queue(0).pool().allocate();
    assertNotNull(buffer);
    try (BusyInterruptThread thread = new BusyInterruptThread(library)) {
      assertNotNull(thread);
      busy.close();
      assertEquals(port, library.portByName(busy.name()));
      buffer.memory().set(JAVA_INT, 0, 0x5afe);
      assertEquals(0x5afe, buffer.memory().get(JAVA_INT, 0));
      assertEquals(BUFFERS - 1, busy.queue(0).pool().availableBuffers());
      assertEquals(0, busy.queue(0).rxBurst(new PacketBuffer[1]));
    }
    // What it was told meanwhile it does when it comes round, and harms nobody.
    assertEquals(-1, library.portByName(busy.name()));
    assertEquals(0x5afe, buffer.memory().get(JAVA_INT, 0));
  }

  @Test
  void aBufferOfAnotherPoolNeverReachesTheDriver() {
    try (NicDevice one = open("net_null0", OPTIONS);
        NicDevice other = open("net_null1", OPTIONS)) {
      PacketBuffer[] frame = {other.queue(0).pool().allocate()};
      assertThrows(IllegalArgumentException.class, () -> one.queue(0).txBurst(frame, 0, 1));
    }
  }

  @Test
  void framesCrossMemifUnchangedAndNoBufferIsLost() {
    try (MemifPair pair = new MemifPair(OPTIONS, OPTIONS)) {
      for (int round = 0; round < 2000; round++) {
        PacketBuffer sent = pair.send(60 + (round % 1400), round);
        PacketBuffer received = pair.receive();
        assertEquals(60 + (round % 1400), received.length());
        assertEquals(round, received.memory().get(UNALIGNED_INT, received.offset()));
        assertTrue(received != sent);
        received.free();
      }
      pair.assertNothingLost();
    }
  }

  @Test
  void aFrameTooLargeForTheServerIsDroppedAndCounted() {
    try (MemifPair pair = new MemifPair(OPTIONS.withMtuBytes(9000), OPTIONS.withMtuBytes(1500))) {
      assertOnlySmallFramesCross(pair, pair.client, pair.server);
    }
  }

  @Test
  void aFrameTooLargeForTheClientIsDroppedAndCounted() {
    try (MemifPair pair = new MemifPair(OPTIONS.withMtuBytes(1500), OPTIONS.withMtuBytes(9000))) {
      // A client's first poll hands the server its buffers.
      assertEquals(0, pair.client.queue(0).rxBurst(new PacketBuffer[1]));
      assertOnlySmallFramesCross(pair, pair.server, pair.client);
    }
  }

  private static void assertOnlySmallFramesCross(
      MemifPair pair, NicDevice sender, NicDevice receiver) {
    pair.send(sender, 5000, 1);
    pair.send(sender, 100, 2);
    PacketBuffer small = pair.receive(receiver);
    assertEquals(100, small.length());
    small.free();
    assertEquals(1, ((DpdkDevice) receiver).oversizeFramesDropped());
    pair.assertNothingLost();
  }

  @Test
  void aFrameInSeveralSlotsOfTheRingArrivesWhole() {
    DpdkOptions large = OPTIONS.withMtuBytes(9000);
    try (MemifPair pair = new MemifPair(",bsize=2048,rsize=8", large, large)) {
      assertEquals(0, pair.client.queue(0).rxBurst(new PacketBuffer[1]));
      for (NicDevice receiver : List.of(pair.server, pair.client)) {
        NicDevice sender = receiver == pair.server ? pair.client : pair.server;
        for (int round = 0; round < 50; round++) {
          pair.send(sender, 9014, round);
          PacketBuffer received = pair.receive(receiver);
          assertEquals(9014, received.length());
          assertEquals(round, received.memory().get(UNALIGNED_INT, received.offset()));
          assertEquals(~round, received.memory().get(UNALIGNED_INT, received.offset() + 9010L));
          received.free();
        }
      }
      pair.assertNothingLost();
    }
  }

  @Test
  void anEndWithALargeMtuTakesLargeFrames() {
    DpdkOptions large = OPTIONS.withMtuBytes(65_000).withPoolBuffers(127);
    try (MemifPair pair = new MemifPair(large, large)) {
      pair.send(65_014, 7);
      PacketBuffer received = pair.receive();
      assertEquals(65_014, received.length());
      received.free();
      assertEquals(65_000, pair.server.capabilities().mtuBytes());
    }
  }

  @Test
  void segmentsThatFitAreJoined() {
    try (NicDevice device = open("net_null0", OPTIONS);
        Arena arena = Arena.ofConfined()) {
      MbufPool pool = (MbufPool) device.queue(0).pool();
      PacketBuffer first = pool.allocate();
      PacketBuffer second = pool.allocate();
      assertNotNull(first);
      assertNotNull(second);
      first.memory().set(JAVA_INT, first.append(100), 1);
      second.memory().set(JAVA_INT, second.append(60), 2);
      chain(pool, first, second, arena);

      assertSame(first, pool.received(first.nativeAddress()));
      assertEquals(160, first.length());
      assertEquals(2, first.memory().get(JAVA_INT, first.offset() + 100L));
      assertEquals(BUFFERS - 1, pool.availableBuffers());
      PacketBuffer[] frame = {first};
      assertEquals(1, device.queue(0).txBurst(frame, 0, 1));
      assertEquals(BUFFERS, pool.availableBuffers());
    }
  }

  @ParameterizedTest(name = "head of {0}, then {1} bytes that claim to be {2} in all")
  @CsvSource({
    "100, 60, 7",
    "100, 60, -1",
    "2048, 60, 2048",
    "2048, 2048, 0",
    "4000, 60, 100",
    "60, 65535, 64"
  })
  void whatAPeerSaysOfAChainIsNotBelieved(int headBytes, int tailBytes, int claimedBytes) {
    try (NicDevice device = open("net_null0", OPTIONS);
        Arena arena = Arena.ofConfined()) {
      MbufPool pool = (MbufPool) device.queue(0).pool();
      PacketBuffer first = pool.allocate();
      PacketBuffer second = pool.allocate();
      assertNotNull(first);
      assertNotNull(second);
      chain(pool, first, second, arena);
      MemorySegment head = NativeMemory.segment(first.nativeAddress(), RteMbuf.SIZE, arena);
      MemorySegment tail = NativeMemory.segment(second.nativeAddress(), RteMbuf.SIZE, arena);
      head.set(JAVA_SHORT, RteMbuf.DATA_LEN, (short) headBytes);
      head.set(JAVA_INT, RteMbuf.PKT_LEN, claimedBytes);
      tail.set(JAVA_SHORT, RteMbuf.DATA_LEN, (short) tailBytes);

      PacketBuffer received = pool.received(first.nativeAddress());
      if (headBytes + tailBytes <= pool.dataRoomBytes()) {
        assertNotNull(received);
        assertSame(first, received);
        assertEquals(headBytes + tailBytes, received.length());
        received.free();
      } else {
        assertNull(received);
      }
      assertEquals(BUFFERS, pool.availableBuffers());
    }
  }

  /** Makes of two buffers what a driver would hand over as a chain. */
  private static void chain(MbufPool pool, PacketBuffer first, PacketBuffer second, Arena arena) {
    long secondMbuf = pool.prepared(second);
    MemorySegment head = NativeMemory.segment(pool.prepared(first), RteMbuf.SIZE, arena);
    head.set(JAVA_SHORT, RteMbuf.NB_SEGS, (short) 2);
    head.set(JAVA_INT, RteMbuf.PKT_LEN, first.length() + second.length());
    head.set(JAVA_LONG, RteMbuf.NEXT, secondMbuf);
    first.markReturned();
    second.markReturned();
  }

  @Test
  void burstsAllocateNothing() {
    try (MemifPair pair = new MemifPair(OPTIONS, OPTIONS)) {
      PacketBuffer[] frames = new PacketBuffer[32];
      pingPong(pair, frames, 20_000);
      ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
      long before = threads.getCurrentThreadAllocatedBytes();
      pingPong(pair, frames, 100_000);
      long allocated = threads.getCurrentThreadAllocatedBytes() - before;
      // The JIT may still make an object or two; one per burst would be megabytes.
      assertTrue(allocated < 10_000, () -> allocated + " bytes");
      pair.assertNothingLost();
    }
  }

  private static void pingPong(MemifPair pair, PacketBuffer[] frames, int rounds) {
    NicQueue client = pair.client.queue(0);
    NicQueue server = pair.server.queue(0);
    for (int i = 0; i < rounds; i++) {
      PacketBuffer frame = client.pool().allocate();
      if (frame != null) {
        frame.append(64);
        frames[0] = frame;
        if (client.txBurst(frames, 0, 1) == 0) {
          frame.free();
        }
      }
      int received = server.rxBurst(frames);
      int returned = server.txBurst(frames, 0, received);
      for (int k = returned; k < received; k++) {
        frames[k].free();
      }
      received = client.rxBurst(frames);
      for (int k = 0; k < received; k++) {
        frames[k].free();
      }
    }
  }

  @Test
  void aWrongDeviceDoesNotHarmTheOthers() {
    try (NicDevice good = open("net_null0", OPTIONS)) {
      for (String wrong :
          List.of("net_nosuch0", "net_null0", "net_memif0,bsize=no", "net_virtio_user0")) {
        DpdkException refused =
            assertThrows(DpdkException.class, () -> open(wrong, OPTIONS), wrong);
        assertTrue(
            refused.getMessage().startsWith("sidestep.device=" + wrong + ": "),
            refused.getMessage());
      }
      assertEquals(1, good.queue(0).rxBurst(new PacketBuffer[1]));
    }
  }

  @Test
  void ofSeveralDevicesAllAreOpenedOrNone() {
    assertThrows(
        DpdkException.class, () -> DpdkDevices.open(List.of("net_null0", "net_nosuch0"), OPTIONS));
    open("net_null0", OPTIONS).close();
  }

  @Test
  void theMemifDriverIsTheOneWhoseDisconnectWeHoldOff() {
    String socket = "sidestep-lock-" + ProcessHandle.current().pid();
    try (NicDevice device = open("net_memif0,role=server,socket=" + socket, OPTIONS)) {
      DpdkLibrary library = DpdkEal.start(OPTIONS, List.of(), 0, () -> {}).library();
      int port = library.portByName(device.name());
      MemifPort opened = new MemifPort(device.name(), socket, 6, 9023);
      assertNotNull(library.memifDisconnectLock(port, opened));
      assertNull(library.memifDisconnectLock(port, new MemifPort(device.name(), "no", 6, 9023)));
      assertNull(library.memifDisconnectLock(port, new MemifPort("net_memif1", socket, 6, 9023)));
      assertNull(library.memifDisconnectLock(port, new MemifPort(device.name(), socket, 7, 9023)));
    }
  }

  @Test
  void aSocketFileThatAKilledServerLeftIsTakenOver(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("left.sock");
    String server = "net_memif0,role=server,socket-abstract=no,socket=" + file;
    try (ServerSocketChannel killed = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      killed.bind(UnixDomainSocketAddress.of(file));
      String refused = assertThrows(DpdkException.class, () -> open(server, OPTIONS)).getMessage();
      assertTrue(refused.contains("left.sock is in use, by a server that runs"), refused);
    }
    assertTrue(Files.exists(file));
    open(server, OPTIONS).close();
  }

  @Test
  void aFileThatIsNoSocketStays(@TempDir Path directory) throws IOException {
    Path file = Files.writeString(directory.resolve("precious"), "text");
    String server = "net_memif0,role=server,socket-abstract=no,socket=" + file;
    assertThrows(DpdkException.class, () -> open(server, OPTIONS));
    assertEquals("text", Files.readString(file));
  }

  @Test
  void aMemifServersOwnSocketFileIsNoLeftover(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("own.sock");
    String socket = ",role=server,socket-abstract=no,socket=" + file;
    try (NicDevice first = open("net_memif0" + socket, OPTIONS);
        NicDevice second = open("net_memif1,id=1" + socket, OPTIONS)) {
      assertFalse(SocketFile.isAbandoned(file.toString()));
      assertEquals("net_memif0", first.name());
      assertEquals("net_memif1", second.name());
    }
    assertFalse(Files.exists(file) && !SocketFile.isAbandoned(file.toString()));
  }

  @Test
  void aMemifServerCanBeOpenedAgainOnItsSocket() {
    for (int i = 0; i < 3; i++) {
      new MemifPair(OPTIONS, OPTIONS).close();
    }
  }

  @Test
  void ealDoesNotStartASecondTimeWithOtherArguments() {
    open("net_null0", OPTIONS).close();
    DpdkOptions others = OPTIONS.withEalArguments(List.of("--no-huge", "-m", "99"));
    String message =
        assertThrows(DpdkException.class, () -> open("net_null0", others)).getMessage();
    assertTrue(message.startsWith("sidestep.eal=--no-huge -m 99: DPDK runs in this JVM"), message);
  }

  @Test
  void aMemifClientFindsItsServerAgain(@TempDir Path directory) {
    // The driver knows sockets by name: another spelling keeps the ends apart, as two processes
    // are.
    String atServer = "net_memif0,role=server,socket-abstract=no,socket=" + directory + "/a";
    String atClient = "net_memif1,role=client,socket-abstract=no,socket=" + directory + "/./a";
    NicDevice server = open(atServer, OPTIONS);
    try (NicDevice client = open(atClient, OPTIONS)) {
      for (int i = 0; i < 2; i++) {
        awaitLink(server, client);
        server.close();
        server = open(atServer, OPTIONS);
      }
      awaitLink(server, client);
      PacketBuffer frame = client.queue(0).pool().allocate();
      assertNotNull(frame);
      frame.append(60);
      assertEquals(1, client.queue(0).txBurst(new PacketBuffer[] {frame}, 0, 1));
      PacketBuffer[] received = new PacketBuffer[1];
      for (int polls = 0; server.queue(0).rxBurst(received) == 0; polls++) {
        assertTrue(polls < MAX_POLLS, "no frame arrives");
      }
      received[0].free();
    } finally {
      server.close();
    }
  }

  @Test
  @Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void aFrameOnMemifEndsASleep() {
    try (MemifPair pair = new MemifPair(OPTIONS, OPTIONS)) {
      DescriptorWait wait = new DescriptorWait(1);
      for (NicDevice receiver : List.of(pair.server, pair.client)) {
        NicQueue queue = receiver.queue(0);
        // A client's first poll hands the server its buffers.
        assertEquals(0, queue.rxBurst(new PacketBuffer[1]));
        for (int i = 0; i < 3; i++) {
          assertTrue(queue.enableRxInterrupt());
          int[] descriptor = {queue.rxDescriptor()};
          assertFalse(wait.await(descriptor, 1));
          pair.send(receiver == pair.server ? pair.client : pair.server, 60, i);
          assertTrue(wait.await(descriptor, TimeUnit.DAYS.toNanos(1)));
          queue.disableRxInterrupt();
          pair.receive(receiver).free();
        }
      }
      pair.assertNothingLost();
    }
  }

  @Test
  void aFrameThatHasArrivedKeepsMemifPolled() {
    try (MemifPair pair = new MemifPair(OPTIONS, OPTIONS)) {
      NicQueue queue = pair.server.queue(0);
      pair.send(60, 1);
      assertFalse(queue.enableRxInterrupt());
      pair.receive().free();
      assertTrue(queue.enableRxInterrupt());
      queue.disableRxInterrupt();
      pair.send(60, 2);
      assertFalse(new DescriptorWait(1).await(new int[] {queue.rxDescriptor()}, 1));
      pair.receive().free();
    }
  }

  @Test
  void memifWithoutAPeerNeedsNoPolling() {
    String socket = ",socket=sidestep-alone-" + ProcessHandle.current().pid();
    try (NicDevice server = open("net_memif0,role=server" + socket, OPTIONS)) {
      assertTrue(server.queue(0).enableRxInterrupt());
      assertEquals(-1, server.queue(0).rxDescriptor());
      server.queue(0).disableRxInterrupt();
    }
  }

  @Test
  void aDriverWithoutInterruptsStaysPolled() {
    try (NicDevice device = open("net_null0", OPTIONS)) {
      assertFalse(device.queue(0).enableRxInterrupt());
    }
  }

  private static void awaitLink(NicDevice server, NicDevice client) {
    for (int polls = 0; !client.linkUp() || !server.linkUp(); polls++) {
      assertTrue(polls < MAX_POLLS, "the two ends do not meet");
      Thread.onSpinWait();
    }
  }

  private static NicDevice open(String device, DpdkOptions options) {
    return DpdkDevices.open(List.of(device), options).getFirst();
  }

  /** Both ends of a memif link in one process. */
  private static final class MemifPair implements AutoCloseable {

    private final NicDevice server;
    private final NicDevice client;
    private final PacketBuffer[] one = new PacketBuffer[1];

    MemifPair(DpdkOptions clientOptions, DpdkOptions serverOptions) {
      this("", clientOptions, serverOptions);
    }

    MemifPair(String clientArguments, DpdkOptions clientOptions, DpdkOptions serverOptions) {
      String socket = ",socket=sidestep-test-" + ProcessHandle.current().pid();
      server = open("net_memif0,role=server" + socket, serverOptions);
      client = open("net_memif1,role=client" + socket + clientArguments, clientOptions);
      awaitLink(server, client);
    }

    PacketBuffer send(int bytes, int firstWord) {
      return send(client, bytes, firstWord);
    }

    PacketBuffer send(NicDevice sender, int bytes, int firstWord) {
      PacketBuffer frame = sender.queue(0).pool().allocate();
      assertNotNull(frame);
      int at = frame.append(bytes);
      frame.memory().set(UNALIGNED_INT, at + bytes - Integer.BYTES, ~firstWord);
      frame.memory().set(JAVA_INT, at, firstWord);
      PacketBuffer[] frames = {frame};
      assertEquals(1, sender.queue(0).txBurst(frames, 0, 1));
      return frame;
    }

    PacketBuffer receive() {
      return receive(server);
    }

    PacketBuffer receive(NicDevice receiver) {
      for (int polls = 0; receiver.queue(0).rxBurst(one) == 0; polls++) {
        assertTrue(polls < MAX_POLLS, "no frame arrives");
      }
      return one[0];
    }

    void assertNothingLost() {
      for (NicDevice end : List.of(server, client)) {
        PacketPool pool = end.queue(0).pool();
        assertEquals(pool.capacityBuffers(), pool.availableBuffers());
      }
    }

    @Override
    public void close() {
      client.close();
      server.close();
    }
  }
}
