package dev.sidestep.stack.nic.dpdk.ffi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.List;
import java.util.Objects;
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

  private final DpdkAbi abi;
  private final MethodHandle[] functions;
  private final MethodHandle linkGetNowait;
  private final MemorySegment fastPathOps;
  private final MemorySegment mempoolOpsTable;
  private final MemorySegment ethDevices;
  private final MemorySegment startFunction;
  private final MemorySegment stopFunction;
  private final MemorySegment closeFunction;
  private final @Nullable MethodHandle intrFdGet;

  private DpdkLibrary(DpdkAbi abi, SymbolLookup symbols) {
    this.abi = abi;
    this.functions = new MethodHandle[DpdkFunction.values().length];
    for (DpdkFunction function : DpdkFunction.values()) {
      functions[function.ordinal()] = handle(symbols, function);
    }
    this.linkGetNowait = functions[DpdkFunction.RTE_ETH_LINK_GET_NOWAIT.ordinal()];
    this.fastPathOps =
        NativeMemory.global(
            symbols.findOrThrow("rte_eth_fp_ops"),
            (long) RteEthdev.MAX_PORTS * RteEthdev.FP_OPS_SIZE);
    this.mempoolOpsTable =
        NativeMemory.global(
            symbols.findOrThrow("rte_mempool_ops_table"),
            RteMempool.TABLE_OPS + (long) RteMempool.MAX_OPS * RteMempool.OPS_SIZE);
    this.startFunction = symbols.findOrThrow(DpdkFunction.RTE_ETH_DEV_START.symbol());
    this.stopFunction = symbols.findOrThrow(DpdkFunction.RTE_ETH_DEV_STOP.symbol());
    this.closeFunction = symbols.findOrThrow(DpdkFunction.RTE_ETH_DEV_CLOSE.symbol());
    this.intrFdGet = symbols.find("rte_intr_fd_get").map(DpdkLibrary::intOfPointer).orElse(null);
    this.ethDevices =
        NativeMemory.global(
            symbols.findOrThrow("rte_eth_devices"), (long) RteEthdev.MAX_PORTS * abi.ethDevBytes());
  }

  /** Loads the newest DPDK of a supported ABI, or returns {@code null} when there is none. */
  public static @Nullable DpdkLibrary load() {
    DpdkAbi[] abis = DpdkAbi.values();
    for (int i = abis.length - 1; i >= 0; i--) {
      SymbolLookup symbols = open("librte_ethdev.so." + abis[i].soVersion());
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
    try {
      MethodHandle version = handle(symbols, DpdkFunction.RTE_VERSION);
      return NativeMemory.string((MemorySegment) version.invokeExact(), MAX_STRING_BYTES);
    } catch (Throwable thrown) {
      throw NativeCall.rethrown(thrown);
    }
  }

  // dlsym on a library's handle also searches what it depends on, so this one leads to
  // rte_eal, rte_log, rte_mbuf and rte_mempool.
  @SuppressWarnings("restricted")
  private static @Nullable SymbolLookup open(String libraryName) {
    try {
      return SymbolLookup.libraryLookup(libraryName, Arena.global());
    } catch (IllegalArgumentException notFound) {
      return null;
    }
  }

  @SuppressWarnings("restricted")
  private static MethodHandle handle(SymbolLookup symbols, DpdkFunction function) {
    return Linker.nativeLinker()
        .downcallHandle(symbols.findOrThrow(function.symbol()), function.descriptor());
  }

  @SuppressWarnings("restricted")
  private static MethodHandle intOfPointer(MemorySegment function) {
    return Linker.nativeLinker().downcallHandle(function, FunctionDescriptor.of(JAVA_INT, ADDRESS));
  }

  /** The ABI its file name promises; {@link #version} must agree. */
  public DpdkAbi abi() {
    return abi;
  }

  /** rte_version(), such as {@code DPDK 22.11.11}. */
  public String version() {
    return stringOf(DpdkFunction.RTE_VERSION);
  }

  /** Makes {@code pipe} DPDK's log. */
  public int openLogStream(LogPipe pipe) {
    return statusOf(DpdkFunction.RTE_OPENLOG_STREAM, pipe.file());
  }

  /** rte_eal_init(); {@code arguments} starts with a program name. Pins the calling thread. */
  public int ealInit(List<String> arguments) {
    // For ever: EAL may keep pointers into its arguments.
    Arena arena = Arena.global();
    MemorySegment argv = arena.allocate(ADDRESS, arguments.size() + 1L);
    for (int i = 0; i < arguments.size(); i++) {
      argv.setAtIndex(ADDRESS, i, arena.allocateFrom(arguments.get(i)));
    }
    return statusOf(DpdkFunction.RTE_EAL_INIT, arguments.size(), argv);
  }

  /** Directory EAL has made for its files; empty ones are left behind when the process ends. */
  public String runtimeDirectory() {
    return stringOf(DpdkFunction.RTE_EAL_GET_RUNTIME_DIR);
  }

  /** Attaches a device. */
  public int hotplugAdd(String bus, String device, String arguments) {
    try (Arena arena = Arena.ofConfined()) {
      return statusOf(
          DpdkFunction.RTE_EAL_HOTPLUG_ADD,
          arena.allocateFrom(bus),
          arena.allocateFrom(device),
          arena.allocateFrom(arguments));
    }
  }

  /** Detaches a device. */
  public int hotplugRemove(String bus, String device) {
    try (Arena arena = Arena.ofConfined()) {
      return statusOf(
          DpdkFunction.RTE_EAL_HOTPLUG_REMOVE, arena.allocateFrom(bus), arena.allocateFrom(device));
    }
  }

  /** Port of a device, or -1 when there is none of that name. */
  public int portByName(String device) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment port = arena.allocate(JAVA_SHORT);
      int status =
          statusOf(DpdkFunction.RTE_ETH_DEV_GET_PORT_BY_NAME, arena.allocateFrom(device), port);
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
      return statusOf(
          DpdkFunction.RTE_ETH_DEV_CONFIGURE, (short) port, (short) queues, (short) queues, conf);
    }
  }

  /** Sets up both sides of a queue pair with the driver's own ring sizes and settings. */
  public int setUpQueuePair(int port, int queue, long pool) {
    MemorySegment defaults = MemorySegment.NULL;
    short driversRingSize = 0;
    int status =
        statusOf(
            DpdkFunction.RTE_ETH_RX_QUEUE_SETUP,
            (short) port,
            (short) queue,
            driversRingSize,
            ANY_NUMA_NODE,
            defaults,
            MemorySegment.ofAddress(pool));
    return status != 0
        ? status
        : statusOf(
            DpdkFunction.RTE_ETH_TX_QUEUE_SETUP,
            (short) port,
            (short) queue,
            driversRingSize,
            ANY_NUMA_NODE,
            defaults);
  }

  /** Starts a port. */
  public int start(int port) {
    return statusOf(DpdkFunction.RTE_ETH_DEV_START, (short) port);
  }

  /** Stops a port. */
  public int stop(int port) {
    return statusOf(DpdkFunction.RTE_ETH_DEV_STOP, (short) port);
  }

  /** Closes a stopped port, after which its number means nothing. */
  public int close(int port) {
    return statusOf(DpdkFunction.RTE_ETH_DEV_CLOSE, (short) port);
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
    MemorySegment portArgument = MemorySegment.ofAddress(port);
    // Alarms due at the same time run in the order they were set.
    long soonMicros = 1;
    statusOf(DpdkFunction.RTE_EAL_ALARM_SET, soonMicros, stopFunction, portArgument);
    statusOf(DpdkFunction.RTE_EAL_ALARM_SET, soonMicros, closeFunction, portArgument);
    statusOf(DpdkFunction.RTE_EAL_ALARM_SET, soonMicros, Semaphore.POST, done.address());
    return done.await(patienceNanos);
  }

  /**
   * Has EAL's interrupt thread stop a port and start it again; see {@link
   * #stopAndCloseOnInterruptThread}. Does not wait for it.
   */
  public void restartOnInterruptThread(int port) {
    MemorySegment portArgument = MemorySegment.ofAddress(port);
    long soonMicros = 1;
    statusOf(DpdkFunction.RTE_EAL_ALARM_SET, soonMicros, stopFunction, portArgument);
    statusOf(DpdkFunction.RTE_EAL_ALARM_SET, soonMicros, startFunction, portArgument);
  }

  /** MAC address of a port in the low 48 bits, first octet highest. */
  public long macAddress(int port) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment octets = arena.allocate(6);
      statusOf(DpdkFunction.RTE_ETH_MACADDR_GET, (short) port, octets);
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
      statusOf(DpdkFunction.RTE_ETH_DEV_GET_MTU, (short) port, mtu);
      return mtu.get(JAVA_SHORT, 0) & 0xFFFF;
    }
  }

  /** Sets the largest IP packet. */
  public int setMtu(int port, int mtuBytes) {
    return statusOf(DpdkFunction.RTE_ETH_DEV_SET_MTU, (short) port, (short) mtuBytes);
  }

  /** Receives every multicast frame, where the driver knows such a thing. */
  public int enableAllMulticast(int port) {
    return statusOf(DpdkFunction.RTE_ETH_ALLMULTICAST_ENABLE, (short) port);
  }

  /**
   * Whether the link is up. Allocates nothing.
   *
   * @param link {@link RteEthdev#LINK_SIZE} bytes to work with
   */
  public boolean linkUp(int port, MemorySegment link) {
    try {
      int status = (int) linkGetNowait.invokeExact((short) port, link);
      short bits = link.get(JAVA_SHORT, RteEthdev.LINK_BITS);
      return status == 0 && (bits & RteEthdev.LINK_STATUS_MASK) != 0;
    } catch (Throwable thrown) {
      throw NativeCall.rethrown(thrown);
    }
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
   * The receive interrupt of a memif port that has a {@link #memifDisconnectLock}.
   *
   * @param pool the mempool the queue was set up with
   * @return {@code null} when this build's driver is not as we know it
   */
  public @Nullable RxInterrupt memifInterrupt(int port, int queue, long pool, MemorySegment lock) {
    return intrFdGet == null
        ? null
        : MemifInternals.rxInterrupt(
            abi, ethDevices, port, rxQueue(port, queue), pool, lock, intrFdGet);
  }

  /**
   * The receive interrupt of an af_packet port.
   *
   * @return {@code null} when this build's driver is not as we know it
   */
  public @Nullable RxInterrupt packetSocketInterrupt(int port, int queue) {
    return SocketInterrupt.ofPacketQueue(rxQueue(port, queue));
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
      return pointerOf(
              DpdkFunction.RTE_PKTMBUF_POOL_CREATE_BY_OPS,
              arena.allocateFrom(name),
              buffers,
              0,
              (short) privateBytes,
              (short) bufferBytes,
              ANY_NUMA_NODE,
              arena.allocateFrom(ops))
          .address();
    }
  }

  /** Gives a pool's memory back. */
  public void freePool(long pool) {
    invoke(DpdkFunction.RTE_MEMPOOL_FREE, MemorySegment.ofAddress(pool));
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
    statusOf(DpdkFunction.RTE_ETH_DEV_INFO_GET, (short) port, info);
    return info;
  }

  private int statusOf(DpdkFunction function, Object... arguments) {
    return (int) Objects.requireNonNull(invoke(function, arguments));
  }

  private MemorySegment pointerOf(DpdkFunction function, Object... arguments) {
    return (MemorySegment) Objects.requireNonNull(invoke(function, arguments));
  }

  private String stringOf(DpdkFunction function) {
    return NativeMemory.string(pointerOf(function), MAX_STRING_BYTES);
  }

  private @Nullable Object invoke(DpdkFunction function, Object... arguments) {
    try {
      return functions[function.ordinal()].invokeWithArguments(arguments);
    } catch (Throwable thrown) {
      throw NativeCall.rethrown(thrown);
    }
  }
}
