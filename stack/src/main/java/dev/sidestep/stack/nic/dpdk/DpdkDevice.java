package dev.sidestep.stack.nic.dpdk;

import dev.sidestep.stack.nic.NicCapabilities;
import dev.sidestep.stack.nic.NicDevice;
import dev.sidestep.stack.nic.NicQueue;
import dev.sidestep.stack.nic.dpdk.ffi.DpdkLibrary;
import dev.sidestep.stack.nic.dpdk.ffi.KernelLink;
import dev.sidestep.stack.nic.dpdk.ffi.MemifReceiveRing;
import dev.sidestep.stack.nic.dpdk.ffi.RteEthdev;
import dev.sidestep.stack.nic.dpdk.ffi.RxInterrupt;
import dev.sidestep.stack.nic.dpdk.ffi.UnknownLayoutException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/** A started DPDK port. */
final class DpdkDevice implements NicDevice {

  /**
   * Drivers whose bursts only touch memory shared with the peer. (memif writes to an eventfd when a
   * peer asks for interrupts, which does not block either.)
   */
  private static final Set<String> MEMORY_ONLY_DRIVERS =
      Set.of("net_memif", "net_null", "net_ring");

  /** Drivers on a kernel interface that do not know whether its link is up. */
  private static final Set<String> DRIVERS_WITHOUT_LINK_STATE =
      Set.of("net_af_packet", "net_af_xdp");

  /**
   * Drivers with descriptors that tell of frames, though rte_eth_dev_rx_intr_ctl_q_get_fd knows
   * none.
   */
  private static final Set<String> DRIVERS_WITH_INTERRUPTS = Set.of("net_memif", "net_af_packet");

  /**
   * Drivers that take frames from a kernel before a device has finished them. A TAP and virtio
   * agree on what the other end can do, so the kernel finishes its frames; on memif and PCI devices
   * there is no kernel.
   */
  private static final Set<String> DRIVERS_OF_UNFINISHED_FRAMES =
      Set.of("net_af_packet", "net_af_xdp");

  /** Drivers that copy frames from and to memory of their own. */
  private static final Set<String> COPYING_DRIVERS =
      Set.of("net_memif", "net_null", "net_ring", "net_af_packet");

  private static final int ETHERNET_HEADER_BYTES = 14;
  private static final int VLAN_TAG_BYTES = 4;

  /** What every driver takes without scattering (RTE_MBUF_DEFAULT_DATAROOM). */
  private static final int MIN_DATA_ROOM_BYTES = 2048;

  private static final int CACHE_LINE_BYTES = 64;

  /** RTE_ETHER_MTU (rte_ether.h). */
  private static final int DEFAULT_MTU_BYTES = 1500;

  private static final long CONNECT_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private static final long CLOSE_PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);

  /** Long enough for any handshake, short enough for a connection attempt to outlast it. */
  private static final long RECONNECT_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final AtomicInteger POOL_NUMBER = new AtomicInteger();

  private final DpdkEal eal;
  private final DpdkLibrary library;
  private final DeviceString requested;
  private final DeviceString device;
  private final int port;
  private final long macAddress;
  private final NicCapabilities capabilities;
  private final Arena arena = Arena.ofShared();
  private final List<DpdkQueue> queues = new ArrayList<>();
  private final List<MbufPool> pools = new ArrayList<>();
  private final MemorySegment link = arena.allocate(RteEthdev.LINK_SIZE, Long.BYTES);
  private final boolean memifClient;
  private final @Nullable KernelLink kernelLink;
  private final @Nullable LinkLog linkLog;
  private long lastUpNanos = System.nanoTime();
  private boolean closed;

  /**
   * Attaches, configures and starts a device.
   *
   * @throws DpdkException saying why it cannot be had; nothing is left behind then
   */
  DpdkDevice(DpdkEal eal, DeviceString requested, DpdkOptions options) {
    this.eal = eal;
    this.library = eal.library();
    this.requested = requested;
    this.device = withDriverDefaults(requested, options.mtuBytes());
    this.memifClient = MemifSocket.isMemif(device) && !MemifSocket.isServer(device);
    this.port = eal.attach(device);
    this.kernelLink = kernelLink();
    this.linkLog = linkLog();
    try {
      int mtuBytes = setMtu(options.mtuBytes());
      boolean unfinished = DRIVERS_OF_UNFINISHED_FRAMES.contains(device.driver());
      this.capabilities = new NicCapabilities(mtuBytes, false, false, true, unfinished);
      this.macAddress = ownMacAddress();
      start(Math.min(options.queuePairs(), Math.max(1, library.maxQueuePairs(port))), options);
    } catch (DpdkException e) {
      eal.log().log();
      close();
      throw e;
    } catch (UnknownLayoutException e) {
      close();
      throw DpdkMessages.unknownLayout(library.version(), e.field());
    }
  }

  /** Data room of the packets of a device with this MTU. */
  static int dataRoomBytes(int mtuBytes) {
    int frameBytes = ETHERNET_HEADER_BYTES + VLAN_TAG_BYTES + mtuBytes;
    int rounded = (frameBytes + CACHE_LINE_BYTES - 1) / CACHE_LINE_BYTES * CACHE_LINE_BYTES;
    return Math.max(MIN_DATA_ROOM_BYTES, rounded);
  }

  /** Data room of the packets of {@code device} if an MTU, or 0 for none, is asked for. */
  static int dataRoomBytes(DeviceString device, int wantedMtuBytes) {
    int roomBytes =
        dataRoomBytes(
            MemifSocket.isMemif(device) ? MemifSocket.mtuBytes(wantedMtuBytes) : wantedMtuBytes);
    return PacketSocket.isPacketSocket(device)
        ? Math.max(roomBytes, PacketSocket.dataRoomBytes(device))
        : roomBytes;
  }

  /** Packet buffers of each queue pair of {@code device} if so many are asked for. */
  static int poolBuffers(DeviceString device, int wanted) {
    return PacketSocket.isPacketSocket(device) ? PacketSocket.poolBuffers(wanted) : wanted;
  }

  private static DeviceString withDriverDefaults(DeviceString device, int wantedMtuBytes) {
    if (MemifSocket.isMemif(device)) {
      return MemifSocket.withDefaults(device, dataRoomBytes(device, wantedMtuBytes));
    }
    return PacketSocket.isPacketSocket(device)
        ? PacketSocket.withDefaults(
            device,
            packetSocketMtu(device, wantedMtuBytes),
            DevicePrerequisites.mayAdministerNetwork())
        : device;
  }

  private static int packetSocketMtu(DeviceString device, int wantedBytes) {
    String name = device.argument("iface");
    return wantedBytes != 0 || name == null ? wantedBytes : KernelInterface.mtuBytes(name);
  }

  private int setMtu(int wantedBytes) {
    if (MemifSocket.isMemif(device)) {
      return MemifSocket.mtuBytes(wantedBytes);
    }
    if (device.driver().equals("net_null")) {
      return wantedBytes == 0 ? DEFAULT_MTU_BYTES : wantedBytes;
    }
    if (wantedBytes != 0 && wantedBytes != library.mtu(port)) {
      check("sidestep.mtu=" + wantedBytes + " is refused", () -> library.setMtu(port, wantedBytes));
    }
    return Math.min(library.mtu(port), kernelMtu());
  }

  private @Nullable KernelLink kernelLink() {
    String name = device.argument("iface");
    return name != null && DRIVERS_WITHOUT_LINK_STATE.contains(device.driver())
        ? new KernelLink(name, arena)
        : null;
  }

  // A memif server waits for its client for as long as it takes.
  private @Nullable LinkLog linkLog() {
    String advice =
        memifClient
            ? "is the server at this socket= running, and has it a device with this id= for us alone?"
            : "is the cable plugged in, and the other end up?";
    return MemifSocket.isServer(device)
        ? null
        : new LinkLog(device.text(), advice, System.nanoTime());
  }

  /** MTU of the kernel's interface underneath, where there is one. */
  private int kernelMtu() {
    String name = device.argument("iface");
    return name == null ? Integer.MAX_VALUE : KernelInterface.mtuBytes(name);
  }

  // The driver's address of a TAP is also the kernel's, which is the other end of our link.
  private long ownMacAddress() {
    long address = library.macAddress(port);
    return device.driver().equals("net_tap") ? address ^ 1 : address;
  }

  private void start(int queuePairs, DpdkOptions options) {
    check("it cannot be configured", () -> library.configure(port, queuePairs));
    int dataRoomBytes = dataRoomBytes(requested, capabilities.mtuBytes());
    int poolBuffers = poolBuffers(device, options.poolBuffers());
    boolean copies = COPYING_DRIVERS.contains(device.driver());
    boolean memoryOnly = MEMORY_ONLY_DRIVERS.contains(device.driver());
    for (int i = 0; i < queuePairs; i++) {
      int queue = i;
      String name = "sidestep" + POOL_NUMBER.getAndIncrement();
      MbufPool pool = new MbufPool(eal, name, poolBuffers, dataRoomBytes, copies);
      pools.add(pool);
      check("queue " + i + " fails", () -> library.setUpQueuePair(port, queue, pool.address()));
    }
    startPort(options.peerPatienceNanos());
    // IPv6 neighbour discovery needs multicast. Drivers that cannot filter have no such switch.
    eal.call(() -> library.enableAllMulticast(port));
    MemorySegment lock = disconnectLock();
    for (int i = 0; i < queuePairs; i++) {
      MbufPool pool = pools.get(i);
      MemifReceiveRing ring =
          lock == null ? null : library.memifReceiveRing(port, i, pool.address());
      RxInterrupt interrupt = rxInterrupt(i, ring, lock);
      LongFrames longFrames = longFrames(i, pool);
      queues.add(
          new DpdkQueue(
              library, port, i, pool, memoryOnly, lock, ring, interrupt, longFrames, arena));
    }
  }

  private @Nullable RxInterrupt rxInterrupt(
      int queue, @Nullable MemifReceiveRing ring, @Nullable MemorySegment disconnectLock) {
    RxInterrupt interrupt = drivenInterrupt(queue, ring, disconnectLock);
    if (interrupt == null && DRIVERS_WITH_INTERRUPTS.contains(device.driver())) {
      EalLog.logger()
          .log(
              System.Logger.Level.WARNING,
              "{0}: unknown build of {1}, whose interrupts cannot be used; it is polled instead",
              device.name(),
              device.driver());
    }
    return interrupt;
  }

  private @Nullable RxInterrupt drivenInterrupt(
      int queue, @Nullable MemifReceiveRing ring, @Nullable MemorySegment disconnectLock) {
    if (ring != null && disconnectLock != null) {
      return library.memifInterrupt(ring, disconnectLock);
    }
    return device.driver().equals("net_af_packet")
        ? library.packetSocketInterrupt(port, queue)
        : null;
  }

  private @Nullable LongFrames longFrames(int queue, MbufPool pool) {
    if (!PacketSocket.isPacketSocket(device) || !PacketSocket.cutsFrames(requested, device)) {
      return null;
    }
    LongFrames longFrames =
        PacketSocket.longFrames(device, library.packetSocketCopies(port, queue), pool);
    if (longFrames == null) {
      EalLog.logger()
          .log(
              System.Logger.Level.WARNING,
              "{0}: the kernel keeps no copies of long frames, which are lost; give it a ring that takes"
                  + " them: framesz=65408,blocksz=2093056",
              device.name());
    }
    return longFrames;
  }

  /** A memif client cannot start before its server listens. */
  private void startPort(long peerPatienceNanos) {
    IntSupplier start = () -> library.start(port);
    if (!memifClient) {
      check("it cannot be started", start);
      return;
    }
    String why = eal.call(start);
    long deadlineNanos = System.nanoTime() + peerPatienceNanos;
    while (why != null
        && System.nanoTime() - deadlineNanos < 0
        && !Thread.currentThread().isInterrupted()) {
      LockSupport.parkNanos(CONNECT_PAUSE_NANOS);
      why = eal.call(start);
    }
    if (why != null) {
      throw device.wrong("start the server at the other end first: " + why);
    }
  }

  // A memif client connects when it is started and never again by itself: neither if the server was
  // still starting and sent it away, nor when the server has been restarted.
  private void reconnectIfDown() {
    long nowNanos = System.nanoTime();
    if (library.linkUp(port, link)) {
      lastUpNanos = nowNanos;
    } else if (nowNanos - lastUpNanos >= RECONNECT_NANOS) {
      lastUpNanos = nowNanos;
      library.restartOnInterruptThread(port);
    }
  }

  private @Nullable MemorySegment disconnectLock() {
    if (!MemifSocket.isMemif(device)) {
      return null;
    }
    MemorySegment lock = library.memifDisconnectLock(port, MemifSocket.port(device));
    if (lock == null) {
      EalLog.logger()
          .log(
              System.Logger.Level.WARNING,
              "{0}: unknown build of DPDK''s memif driver; a peer that goes away under load can take"
                  + " this process with it",
              device.name());
    }
    return lock;
  }

  private void check(String whatFails, IntSupplier control) {
    String why = eal.call(control);
    if (why != null) {
      throw device.wrong(whatFails + ": " + why);
    }
  }

  @Override
  public String name() {
    return device.name();
  }

  @Override
  public long macAddress() {
    return macAddress;
  }

  @Override
  public NicCapabilities capabilities() {
    return capabilities;
  }

  @Override
  public int queueCount() {
    return queues.size();
  }

  @Override
  public NicQueue queue(int index) {
    return queues.get(index);
  }

  /** Frames dropped because they came in pieces and did not fit into one buffer. */
  long oversizeFramesDropped() {
    return queues.stream().mapToLong(DpdkQueue::oversizeFramesDropped).sum();
  }

  @Override
  public synchronized boolean linkUp() {
    eal.log().log();
    if (memifClient && !closed) {
      reconnectIfDown();
    }
    boolean up = !closed && library.linkUp(port, link) && (kernelLink == null || kernelLink.isUp());
    String line = closed || linkLog == null ? null : linkLog.lineOf(up, System.nanoTime());
    if (line != null) {
      EalLog.logger().log(System.Logger.Level.WARNING, line);
    }
    return up;
  }

  // The memif driver handles a peer's going on EAL's interrupt thread, and does not expect the
  // device to be closed meanwhile, which is just what a program does when its peer has gone.
  private boolean closePort() {
    if (MemifSocket.isMemif(device)) {
      return library.stopAndCloseOnInterruptThread(port, CLOSE_PATIENCE_NANOS);
    }
    eal.call(() -> library.stop(port));
    eal.call(() -> library.close(port));
    return true;
  }

  @Override
  public synchronized void close() {
    if (!closed && closeAndDetach()) {
      freeMemory();
    }
  }

  // DPDK clears what is given back, which for the pools takes longer than all the rest.
  @Override
  public synchronized void closeAtExit() {
    if (!closed) {
      closeAndDetach();
    }
  }

  /** Returns false if the port could not be closed. */
  private boolean closeAndDetach() {
    closed = true;
    queues.forEach(DpdkQueue::close);
    if (!closePort()) {
      // It may still be at work on the port, so the port keeps all that belongs to it.
      EalLog.logger()
          .log(
              System.Logger.Level.WARNING,
              "{0}: DPDK''s interrupt thread does not answer; the device stays open",
              name());
      return false;
    }
    eal.detach(device);
    return true;
  }

  private void freeMemory() {
    if (kernelLink != null) {
      kernelLink.close();
    }
    for (MbufPool pool : pools) {
      int missing = pool.close();
      if (missing != 0) {
        EalLog.logger()
            .log(
                System.Logger.Level.DEBUG,
                "{0} closed while {1} packet buffers were in use",
                name(),
                missing);
      }
    }
    arena.close();
  }
}
