package dev.sidestep.stack.nic.dpdk.ffi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * DPDK as it is installed: its slow-path functions, one method each, and the pointers the fast path
 * needs. Methods that return an {@code int} status return what DPDK returns: 0, or a negative errno
 * value.
 *
 * <p>Threads: as DPDK demands, one at a time, except {@link #linkUp}.
 */
public final class DpdkLibrary {

  /** SOCKET_ID_ANY (rte_memory.h). */
  private static final int ANY_NUMA_NODE = -1;

  private static final int MAX_STRING_BYTES = 4096;

  /** Followed by the ABI's number. */
  static final String LIBRARY = "librte_ethdev.so.";

  private final DpdkAbi abi;
  private final MemorySegment[] functions;
  private final MemorySegment fastPathOps;
  private final MemorySegment mempoolOpsTable;
  private final MemorySegment ethDevices;
  private final @Nullable MemorySegment intrFdGet;

  private DpdkLibrary(DpdkAbi abi, SymbolLookup symbols) {
    this.abi = abi;
    this.functions = new MemorySegment[DpdkFunction.values().length];
    for (DpdkFunction function : DpdkFunction.values()) {
      functions[function.ordinal()] = symbols.findOrThrow(function.symbol());
    }
    this.fastPathOps =
        NativeMemory.global(
            symbols.findOrThrow("rte_eth_fp_ops"),
            (long) RteEthdev.MAX_PORTS * RteEthdev.FP_OPS_SIZE);
    this.mempoolOpsTable =
        NativeMemory.global(
            symbols.findOrThrow("rte_mempool_ops_table"),
            RteMempool.TABLE_OPS + (long) RteMempool.MAX_OPS * RteMempool.OPS_SIZE);
    this.intrFdGet = symbols.find("rte_intr_fd_get").orElse(null);
    this.ethDevices =
        NativeMemory.global(
            symbols.findOrThrow("rte_eth_devices"), (long) RteEthdev.MAX_PORTS * abi.ethDevBytes());
  }

  /** Loads the newest DPDK of a supported ABI, or returns {@code null} when there is none. */
  public static @Nullable DpdkLibrary load() {
    DpdkAbi[] abis = DpdkAbi.values();
    for (int i = abis.length - 1; i >= 0; i--) {
      SymbolLookup symbols = open(LIBRARY + abis[i].soVersion());
      if (symbols != null) {
        return new DpdkLibrary(abis[i], symbols);
      }
    }
    return null;
  }

  /** What a DPDK that is installed but not supported calls itself, or {@code null} for none. */
  public static @Nullable String unsupportedVersion() {
    SymbolLookup symbols = open("librte_ethdev.so");
    for (int soVersion = 20; symbols == null && soVersion < 40; soVersion++) {
      symbols = open("librte_ethdev.so." + soVersion);
    }
    if (symbols == null) {
      return null;
    }
    MemorySegment version = symbols.findOrThrow(DpdkFunction.RTE_VERSION.symbol());
    return string(NativeCall.call(version));
  }

  // dlsym on a library's handle also searches what it depends on, so this one leads to
  // rte_eal, rte_log, rte_mbuf and rte_mempool.
  @SuppressWarnings("restricted")
  static @Nullable SymbolLookup open(String libraryName) {
    try {
      return SymbolLookup.libraryLookup(libraryName, Arena.global());
    } catch (IllegalArgumentException notFound) {
      return null;
    }
  }

  /** Whether {@code librte_<name>} of the same ABI is installed. Loads it. */
  public boolean has(String name) {
    return open("librte_" + name + ".so." + abi.soVersion()) != null;
  }

  /** The ABI its file name promises; {@link #version} must agree. */
  public DpdkAbi abi() {
    return abi;
  }

  /** rte_version(), such as {@code DPDK 22.11.11}. */
  public String version() {
    return string(NativeCall.call(at(DpdkFunction.RTE_VERSION)));
  }

  /** Does beforehand what would slow down the first burst. */
  public void linkFastPath() {
    FastPath.link();
  }

  /** Makes {@code pipe} DPDK's log. */
  public int openLogStream(LogPipe pipe) {
    return call(DpdkFunction.RTE_OPENLOG_STREAM, pipe.file().address());
  }

  /** rte_eal_init(); {@code arguments} starts with a program name. Pins the calling thread. */
  public int ealInit(List<String> arguments) {
    // For ever: EAL may keep pointers into its arguments.
    Arena arena = Arena.global();
    MemorySegment argv = arena.allocate(ADDRESS, arguments.size() + 1L);
    for (int i = 0; i < arguments.size(); i++) {
      argv.setAtIndex(ADDRESS, i, arena.allocateFrom(arguments.get(i)));
    }
    return call(DpdkFunction.RTE_EAL_INIT, arguments.size(), argv.address());
  }

  /** Directory EAL has made for its files; empty ones are left behind when the process ends. */
  public String runtimeDirectory() {
    return string(NativeCall.call(at(DpdkFunction.RTE_EAL_GET_RUNTIME_DIR)));
  }

  /** Attaches a device. */
  public int hotplugAdd(String bus, String device, String arguments) {
    try (Arena arena = Arena.ofConfined()) {
      return (int)
          NativeCall.call(
              at(DpdkFunction.RTE_EAL_HOTPLUG_ADD),
              string(bus, arena),
              string(device, arena),
              string(arguments, arena));
    }
  }

  /** Detaches a device. */
  public int hotplugRemove(String bus, String device) {
    try (Arena arena = Arena.ofConfined()) {
      return call(DpdkFunction.RTE_EAL_HOTPLUG_REMOVE, string(bus, arena), string(device, arena));
    }
  }

  /** Port of a device, or -1 when there is none of that name. */
  public int portByName(String device) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment port = arena.allocate(JAVA_SHORT);
      int status =
          call(DpdkFunction.RTE_ETH_DEV_GET_PORT_BY_NAME, string(device, arena), port.address());
      return status == 0 ? port.get(JAVA_SHORT, 0) & 0xFFFF : -1;
    }
  }

  /** Queue pairs the port's driver can have; 0 when it does not say. */
  public int maxQueuePairs(int port) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment info = deviceInfo(port, arena);
      int rx = info.get(JAVA_SHORT, abi.maxRxQueuesOffset()) & 0xFFFF;
      int tx = info.get(JAVA_SHORT, abi.maxTxQueuesOffset()) & 0xFFFF;
      return Math.min(rx, tx);
    }
  }

  /** Name of the port's driver, such as {@code net_memif}. */
  public String driverName(int port) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment info = deviceInfo(port, arena);
      return NativeMemory.string(
          info.get(ADDRESS, RteEthdev.DEV_INFO_DRIVER_NAME), MAX_STRING_BYTES);
    }
  }

  /** Configures {@code queues} queue pairs; with more than one, RSS on all the port can hash. */
  public int configure(int port, int queues) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment conf = arena.allocate(RteEthdev.CONF_ROOM, Long.BYTES);
      long rss = deviceInfo(port, arena).get(JAVA_LONG, RteEthdev.DEV_INFO_RSS_OFFLOADS);
      if (queues > 1 && rss != 0) {
        conf.set(JAVA_INT, RteEthdev.CONF_RX_MQ_MODE, RteEthdev.MQ_RX_RSS);
        conf.set(JAVA_LONG, RteEthdev.CONF_RSS_HF, rss);
      }
      return (int)
          NativeCall.call(
              at(DpdkFunction.RTE_ETH_DEV_CONFIGURE), port, queues, queues, conf.address());
    }
  }

  /** Sets up both sides of a queue pair with the driver's own ring sizes and settings. */
  public int setUpQueuePair(int port, int queue, long pool) {
    long defaults = 0;
    int driversRingSize = 0;
    MemorySegment setUpRx = at(DpdkFunction.RTE_ETH_RX_QUEUE_SETUP);
    MemorySegment setUpTx = at(DpdkFunction.RTE_ETH_TX_QUEUE_SETUP);
    int status =
        (int) NativeCall.call(setUpRx, port, queue, driversRingSize, ANY_NUMA_NODE, defaults, pool);
    return status != 0
        ? status
        : (int) NativeCall.call(setUpTx, port, queue, driversRingSize, ANY_NUMA_NODE, defaults);
  }

  /** Starts a port. */
  public int start(int port) {
    return call(DpdkFunction.RTE_ETH_DEV_START, port);
  }

  /** Stops a port. */
  public int stop(int port) {
    return call(DpdkFunction.RTE_ETH_DEV_STOP, port);
  }

  /** Closes a stopped port, after which its number means nothing. */
  public int close(int port) {
    return call(DpdkFunction.RTE_ETH_DEV_CLOSE, port);
  }

  /**
   * Stops and closes a port on EAL's interrupt thread, as alarms of that thread, so that no event
   * of the port (a memif peer that goes away) is being handled at the same time. DPDK's functions
   * serve as callbacks as they are: a port is all they take.
   *
   * @return false when the thread did not come round to it in time
   */
  public boolean stopAndCloseOnInterruptThread(int port, long patienceNanos) {
    Semaphore done = new Semaphore();
    // Alarms due at the same time run in the order they were set.
    setAlarm(at(DpdkFunction.RTE_ETH_DEV_STOP), port);
    setAlarm(at(DpdkFunction.RTE_ETH_DEV_CLOSE), port);
    setAlarm(Semaphore.POST, done.address().address());
    return done.await(patienceNanos);
  }

  /**
   * Has EAL's interrupt thread stop a port and start it again; see {@link
   * #stopAndCloseOnInterruptThread}. Does not wait for it.
   */
  public void restartOnInterruptThread(int port) {
    setAlarm(at(DpdkFunction.RTE_ETH_DEV_STOP), port);
    setAlarm(at(DpdkFunction.RTE_ETH_DEV_START), port);
  }

  /** Has EAL's interrupt thread call a function of one argument, behind what it was told before. */
  void setAlarm(MemorySegment callback, long argument) {
    long soonMicros = 1;
    NativeCall.call(at(DpdkFunction.RTE_EAL_ALARM_SET), soonMicros, callback.address(), argument);
  }

  /** MAC address of a port in the low 48 bits, first octet highest. */
  public long macAddress(int port) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment octets = arena.allocate(6);
      call(DpdkFunction.RTE_ETH_MACADDR_GET, port, octets.address());
      long address = 0;
      for (int i = 0; i < 6; i++) {
        address = (address << 8) | (octets.get(JAVA_BYTE, i) & 0xFF);
      }
      return address;
    }
  }

  /** Largest IP packet the port is set to, in bytes. */
  public int mtu(int port) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment mtu = arena.allocate(JAVA_SHORT);
      call(DpdkFunction.RTE_ETH_DEV_GET_MTU, port, mtu.address());
      return mtu.get(JAVA_SHORT, 0) & 0xFFFF;
    }
  }

  /** Sets the largest IP packet. */
  public int setMtu(int port, int mtuBytes) {
    return call(DpdkFunction.RTE_ETH_DEV_SET_MTU, port, mtuBytes);
  }

  /** Receives every multicast frame, where the driver knows such a thing. */
  public int enableAllMulticast(int port) {
    return call(DpdkFunction.RTE_ETH_ALLMULTICAST_ENABLE, port);
  }

  /**
   * Whether the link is up. Allocates nothing.
   *
   * @param link {@link RteEthdev#LINK_SIZE} bytes to work with
   */
  public boolean linkUp(int port, MemorySegment link) {
    int status = call(DpdkFunction.RTE_ETH_LINK_GET_NOWAIT, port, link.address());
    short bits = link.get(JAVA_SHORT, RteEthdev.LINK_BITS);
    return status == 0 && (bits & RteEthdev.LINK_STATUS_MASK) != 0;
  }

  /**
   * The lock to hold during bursts on a memif port; see {@link MemifInternals}.
   *
   * @return {@code null} when this build's driver is not as we know it
   */
  public @Nullable MemorySegment memifDisconnectLock(int port, MemifPort expected) {
    return MemifInternals.disconnectLock(abi, ethDevices, port, expected);
  }

  /**
   * The receive ring of a memif port that has a {@link #memifDisconnectLock}.
   *
   * @param pool the mempool the queue was set up with
   * @return {@code null} when this build's driver is not as we know it
   */
  public @Nullable MemifReceiveRing memifReceiveRing(int port, int queue, long pool) {
    return MemifInternals.receiveRing(abi, ethDevices, port, rxQueue(port, queue), pool);
  }

  /** The receive interrupt of a memif ring; {@code null} when DPDK does not tell of its. */
  public @Nullable RxInterrupt memifInterrupt(MemifReceiveRing ring, MemorySegment lock) {
    return intrFdGet == null
        ? null
        : new MemifInterrupt(ring, lock, new InterruptHandle(ring.interruptHandle(), intrFdGet));
  }

  /**
   * The receive interrupt of an af_packet port.
   *
   * @return {@code null} when this build's driver is not as we know it
   */
  public @Nullable RxInterrupt packetSocketInterrupt(int port, int queue) {
    return SocketInterrupt.ofPacketQueue(rxQueue(port, queue));
  }

  /** What an af_packet queue's socket keeps beside the ring, or {@code null} as above. */
  public @Nullable PacketSocketCopies packetSocketCopies(int port, int queue) {
    SocketInterrupt socket = SocketInterrupt.ofPacketQueue(rxQueue(port, queue));
    return socket == null ? null : new PacketSocketCopies(socket.descriptor());
  }

  /**
   * The driver's receive function, for {@link FastPath#burst}; valid while the port is started.
   *
   * @throws UnknownLayoutException when there is no code where it should be
   */
  public MemorySegment rxBurstFunction(int port) {
    return code(fastPathPointer(port, abi.rxBurstOffset()), "rte_eth_fp_ops.rx_pkt_burst");
  }

  /** The driver's transmit function; see {@link #rxBurstFunction}. */
  public MemorySegment txBurstFunction(int port) {
    return code(fastPathPointer(port, abi.txBurstOffset()), "rte_eth_fp_ops.tx_pkt_burst");
  }

  /**
   * The driver's receive queue.
   *
   * @throws UnknownLayoutException when it is not in memory
   */
  public long rxQueue(int port, int queue) {
    return queuePointer(fastPathPointer(port, abi.rxQueuesOffset()), queue, "rte_eth_fp_ops.rxq");
  }

  /** The driver's transmit queue; see {@link #rxQueue}. */
  public long txQueue(int port, int queue) {
    return queuePointer(fastPathPointer(port, abi.txQueuesOffset()), queue, "rte_eth_fp_ops.txq");
  }

  /**
   * Makes a pool of mbufs without per-lcore caches.
   *
   * @param ops name of the mempool driver
   * @return its address, or 0 when there is not enough memory or no such mempool driver
   */
  public long createPool(String name, int buffers, int privateBytes, int bufferBytes, String ops) {
    try (Arena arena = Arena.ofConfined()) {
      return NativeCall.call(
          at(DpdkFunction.RTE_PKTMBUF_POOL_CREATE_BY_OPS),
          string(name, arena),
          buffers,
          0,
          privateBytes,
          bufferBytes,
          ANY_NUMA_NODE,
          string(ops, arena));
    }
  }

  /** Gives a pool's memory back. */
  public void freePool(long pool) {
    call(DpdkFunction.RTE_MEMPOOL_FREE, pool);
  }

  /** The function that takes objects out of a pool, for {@link FastPath#poolTransfer}. */
  public MemorySegment poolDequeueFunction(long pool) {
    return poolFunction(pool, RteMempool.OPS_DEQUEUE, "rte_mempool_ops.dequeue");
  }

  /** The function that puts objects into a pool, for {@link FastPath#poolTransfer}. */
  public MemorySegment poolEnqueueFunction(long pool) {
    return poolFunction(pool, RteMempool.OPS_ENQUEUE, "rte_mempool_ops.enqueue");
  }

  /** The function that counts the objects in a pool, for {@link FastPath#poolCount}. */
  public MemorySegment poolCountFunction(long pool) {
    return poolFunction(pool, RteMempool.OPS_GET_COUNT, "rte_mempool_ops.get_count");
  }

  private MemorySegment poolFunction(long pool, int offset, String field) {
    MemorySegment header =
        NativeMemory.global(
            MemorySegment.ofAddress(pool), RteMempool.OPS_INDEX + (long) Integer.BYTES);
    int index = header.get(JAVA_INT, RteMempool.OPS_INDEX);
    if (index < 0 || index >= RteMempool.MAX_OPS) {
      throw new UnknownLayoutException("rte_mempool.ops_index");
    }
    long entry = RteMempool.TABLE_OPS + (long) index * RteMempool.OPS_SIZE;
    return code(mempoolOpsTable.get(ADDRESS, entry + offset), field);
  }

  private static MemorySegment code(MemorySegment function, String field) {
    if (!ProcessMemory.isCode(function.address())) {
      throw new UnknownLayoutException(field);
    }
    return function;
  }

  private MemorySegment fastPathPointer(int port, int offset) {
    return fastPathOps.get(ADDRESS, (long) port * RteEthdev.FP_OPS_SIZE + offset);
  }

  private static long queuePointer(MemorySegment queues, int queue, String field) {
    long arrayBytes = (queue + 1L) * ADDRESS.byteSize();
    if (!ProcessMemory.isReadable(queues.address(), arrayBytes)) {
      throw new UnknownLayoutException(field);
    }
    long pointer = NativeMemory.global(queues, arrayBytes).getAtIndex(ADDRESS, queue).address();
    if (!ProcessMemory.isReadable(pointer, ADDRESS.byteSize())) {
      throw new UnknownLayoutException(field);
    }
    return pointer;
  }

  private MemorySegment deviceInfo(int port, Arena arena) {
    MemorySegment info = arena.allocate(RteEthdev.DEV_INFO_ROOM, Long.BYTES);
    call(DpdkFunction.RTE_ETH_DEV_INFO_GET, port, info.address());
    return info;
  }

  private MemorySegment at(DpdkFunction function) {
    return functions[function.ordinal()];
  }

  private int call(DpdkFunction function, long a) {
    return (int) NativeCall.call(at(function), a);
  }

  private int call(DpdkFunction function, long a, long b) {
    return (int) NativeCall.call(at(function), a, b);
  }

  private static long string(String text, Arena arena) {
    return arena.allocateFrom(text).address();
  }

  private static String string(long address) {
    return NativeMemory.string(MemorySegment.ofAddress(address), MAX_STRING_BYTES);
  }
}
