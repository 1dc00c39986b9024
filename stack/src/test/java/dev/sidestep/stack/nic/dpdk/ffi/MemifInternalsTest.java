package dev.sidestep.stack.nic.dpdk.ffi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A memif driver made of plain memory, laid out as one release or another does it, or as none. */
class MemifInternalsTest {

  private static final int PORT = 3;
  private static final int POOL_BYTES = 128;
  private static final int LOG2_RING_SIZE = 8;
  private static final int BUFFER_BYTES = 2048;
  private static final int COOKIE = 0x3E31F20;
  private static final int HEAD = 6;
  private static final int SLOTS = 128;
  private static final int SLOT_BYTES = 16;
  private static final int ROOM_BYTES = 2048;
  private static final DpdkAbi ABI = DpdkAbi.ABI_26;
  private static final MemifPort EXPECTED =
      new MemifPort("net_memif0", "/run/memif.sock", LOG2_RING_SIZE, BUFFER_BYTES);

  private final Arena arena = Arena.ofConfined();
  private final MemorySegment devices = arena.allocate(32L * ABI.ethDevBytes(), 64);
  private final MemorySegment data = arena.allocate(256, 64);
  private final MemorySegment internals = arena.allocate(512, 64);
  private final MemorySegment regions = arena.allocate(ADDRESS, 256);
  private final MemorySegment ring = arena.allocate(SLOTS + 4L * SLOT_BYTES, 128);
  private final MemorySegment queue = arena.allocate(128, 64);
  private final MemorySegment handle = arena.allocate(64, 8);
  private final MemorySegment pool = arena.allocate(POOL_BYTES);
  private final int eventfd = LibC.eventfd();
  private final int[] pipe = LibC.pipe();

  @BeforeEach
  void layOutWhatAllReleasesHaveInCommon() {
    MemorySegment device = devices.asSlice((long) PORT * ABI.ethDevBytes());
    device.set(ADDRESS, ABI.ethDevDataOffset(), data);
    device.set(ADDRESS, ABI.ethDevDataOffset() + 8L, regions);
    data.setString(0, EXPECTED.deviceName());
    data.set(ADDRESS, 96, internals);
    internals.set(ADDRESS, 16, arena.allocateFrom(EXPECTED.socketName()));
    MemorySegment region = arena.allocate(16, 8);
    region.set(ADDRESS, 0, ring);
    regions.setAtIndex(ADDRESS, 0, region);
    ring.set(JAVA_INT, 0, COOKIE);
    queue.set(ADDRESS, 0, pool);
    queue.set(ADDRESS, 8, internals);
    queue.set(JAVA_SHORT, 22, (short) PORT);
    setDescriptor(-1);
  }

  @AfterEach
  void close() {
    LibC.close(eventfd);
    LibC.close(pipe[0]);
    LibC.close(pipe[1]);
    arena.close();
  }

  private void putConfigurationBehindLockAt(int offset) {
    internals.set(JAVA_BYTE, offset + 132, (byte) LOG2_RING_SIZE);
    internals.set(JAVA_SHORT, offset + 136, (short) BUFFER_BYTES);
  }

  private void setDescriptor(int descriptor) {
    handle.set(JAVA_INT, 4, descriptor);
  }

  private @Nullable MemorySegment lock(MemifPort expected) {
    return MemifInternals.disconnectLock(ABI, devices, PORT, expected);
  }

  private @Nullable MemifInterrupt interrupt() {
    MemifReceiveRing ring =
        MemifInternals.receiveRing(ABI, devices, PORT, queue.address(), pool.address());
    return ring == null
        ? null
        : new MemifInterrupt(
            ring,
            arena.allocate(4, 4),
            new InterruptHandle(ring.interruptHandle(), descriptorOf()));
  }

  static int fdGet(MemorySegment handle) {
    return NativeMemory.global(handle, 8).get(JAVA_INT, 4);
  }

  @SuppressWarnings("restricted")
  private MemorySegment descriptorOf() {
    try {
      MethodHandle fdGet =
          MethodHandles.lookup()
              .findStatic(
                  MemifInternalsTest.class,
                  "fdGet",
                  MethodType.methodType(int.class, MemorySegment.class));
      return Linker.nativeLinker()
          .upcallStub(fdGet, FunctionDescriptor.of(JAVA_INT, ADDRESS), arena);
    } catch (ReflectiveOperationException impossible) {
      throw new LinkageError("fdGet", impossible);
    }
  }

  @ParameterizedTest
  @CsvSource({"56", "64"})
  void theLockIsWhereTheConfigurationFollows(int offset) {
    putConfigurationBehindLockAt(offset);
    MemorySegment lock = lock(EXPECTED);
    assertNotNull(lock);
    assertEquals(internals.address() + offset, lock.address());
  }

  @Test
  void aLockThatCannotBeProvenIsNotUsed() {
    assertNull(lock(EXPECTED));
    putConfigurationBehindLockAt(64);
    internals.set(JAVA_INT, 64, 0x5a5a);
    assertNull(lock(EXPECTED));
  }

  @Test
  void anotherDeviceOrSocketIsNotOurs() {
    putConfigurationBehindLockAt(64);
    assertNull(lock(new MemifPort("net_memif1", "/run/memif.sock", LOG2_RING_SIZE, BUFFER_BYTES)));
    assertNull(lock(new MemifPort("net_memif0", "/run/memif", LOG2_RING_SIZE, BUFFER_BYTES)));
  }

  @Test
  void pointersThatLeadNowhereAreNotFollowed() {
    putConfigurationBehindLockAt(64);
    for (long nowhere : new long[] {0, 1, 4096, -1}) {
      MemorySegment pointer = MemorySegment.ofAddress(nowhere);
      internals.set(ADDRESS, 16, pointer);
      assertNull(lock(EXPECTED));
      data.set(ADDRESS, 96, pointer);
      assertNull(lock(EXPECTED));
      devices.set(ADDRESS, (long) PORT * ABI.ethDevBytes() + ABI.ethDevDataOffset(), pointer);
      assertNull(lock(EXPECTED));
      assertNull(interrupt());
    }
  }

  @ParameterizedTest(name = "intr_handle at {0}, errors counted: {1}")
  @CsvSource({"56, 0", "64, 0", "64, 7"})
  void theInterruptHandleIsFoundInOldAndNewDrivers(int offset, long errors) {
    queue.set(JAVA_LONG, 56, errors);
    queue.set(ADDRESS, offset, handle);
    MemifInterrupt interrupt = interrupt();
    assertNotNull(interrupt);
    setDescriptor(eventfd);
    connect();
    assertTrue(interrupt.enable());
    assertEquals(eventfd, interrupt.descriptor());
  }

  @Test
  void errorsCountedLaterAreNoPointer() {
    queue.set(ADDRESS, 64, handle);
    MemifInterrupt interrupt = interrupt();
    assertNotNull(interrupt);
    queue.set(JAVA_LONG, 56, 1);
    setDescriptor(eventfd);
    connect();
    assertTrue(interrupt.enable());
  }

  @Test
  void aQueueOfAnotherShapeIsPolled() {
    assertNull(interrupt());
    queue.set(ADDRESS, 64, handle);
    assertNotNull(interrupt());
    for (int field : List.of(0, 8, 16)) {
      MemorySegment.copy(handle, 0, queue, field, 8);
      assertNull(interrupt());
      layOutWhatAllReleasesHaveInCommon();
    }
  }

  @Test
  void aDescriptorThatIsNoEventfdIsNeverRead() {
    queue.set(ADDRESS, 56, handle);
    MemifInterrupt interrupt = interrupt();
    assertNotNull(interrupt);
    setDescriptor(pipe[0]);
    connect();
    assertFalse(interrupt.enable());
    assertEquals(-1, interrupt.descriptor());
    setDescriptor(eventfd);
    assertFalse(interrupt.enable());
  }

  @Test
  void aRingThatIsNotMappedIsNoRing() {
    queue.set(ADDRESS, 56, handle);
    MemifInterrupt interrupt = interrupt();
    assertNotNull(interrupt);
    setDescriptor(eventfd);
    connect();
    NativeMemory.global(regions.getAtIndex(ADDRESS, 0), 16).set(JAVA_LONG, 0, 4096);
    assertTrue(interrupt.enable());
    assertEquals(-1, interrupt.descriptor());
    interrupt.disable();
  }

  @ParameterizedTest(name = "slots {0} (a dash continues), from number {1}: {2} frames")
  @CsvSource({
    "'', 0, 0, ''",
    "'60', 0, 1, '60'",
    "'60 70 80', 7, 3, '60 70 80'",
    "'2048', 65535, 1, '2048'",
    "'2049', 0, 1, '0'",
    "'-1 60', 3, 2, '0 60'",
    "'60 5000 70', 65534, 3, '60 0 70'",
    "'2048- 100 60', 2, 2, '2048- 100 60'",
    "'2048- 3000- 60 70', 3, 2, '0- 0- 0 70'",
    "'60 2048- 2048-', 1, 1, '60 2048- 2048-'",
    "'3000-', 0, 0, '3000-'"
  })
  void theDriverIsAskedForWholeFramesOnlyAndFindsNoneThatIsTooLarge(
      String slots, int first, int frames, String left) {
    MemifReceiveRing receiving = connectedRing();
    String[] written = slots.isEmpty() ? new String[0] : slots.split(" ");
    for (int i = 0; i < written.length; i++) {
      writeSlot(first + i, written[i]);
    }
    queue.set(JAVA_SHORT, 28, (short) first);
    ring.set(JAVA_SHORT, HEAD, (short) (first + written.length));
    assertEquals(frames, receiving.wholeFrames(32, ROOM_BYTES));
    StringBuilder found = new StringBuilder();
    for (int i = 0; i < written.length; i++) {
      found.append(i == 0 ? "" : " ").append(readSlot(first + i));
    }
    assertEquals(left, found.toString());
  }

  @Test
  void noMoreFramesAreCountedThanAreWanted() {
    MemifReceiveRing receiving = connectedRing();
    writeSlot(0, "60");
    writeSlot(1, "5000");
    ring.set(JAVA_SHORT, HEAD, (short) 2);
    assertEquals(1, receiving.wholeFrames(1, ROOM_BYTES));
    assertEquals("5000", readSlot(1));
  }

  @Test
  void withoutAPeerTheDriverIsAskedAsEver() {
    queue.set(ADDRESS, 56, handle);
    MemifReceiveRing receiving =
        MemifInternals.receiveRing(ABI, devices, PORT, queue.address(), pool.address());
    assertNotNull(receiving);
    assertEquals(32, receiving.wholeFrames(32, ROOM_BYTES));
  }

  private MemifReceiveRing connectedRing() {
    queue.set(ADDRESS, 56, handle);
    queue.set(JAVA_BYTE, 64, (byte) 2);
    connect();
    return Objects.requireNonNull(
        MemifInternals.receiveRing(ABI, devices, PORT, queue.address(), pool.address()));
  }

  private void writeSlot(int number, String text) {
    long at = SLOTS + (number & 3L) * SLOT_BYTES;
    ring.set(JAVA_SHORT, at, (short) (text.endsWith("-") ? 1 : 0));
    ring.set(JAVA_INT, at + 4, Integer.parseInt(text.replaceFirst("-$", "")));
  }

  private String readSlot(int number) {
    long at = SLOTS + (number & 3L) * SLOT_BYTES;
    return ring.get(JAVA_INT, at + 4) + (ring.get(JAVA_SHORT, at) == 1 ? "-" : "");
  }

  private void connect() {
    int connected = 2;
    internals.set(JAVA_INT, 8, connected);
  }
}
