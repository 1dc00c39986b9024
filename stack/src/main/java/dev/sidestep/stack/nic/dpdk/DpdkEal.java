package dev.sidestep.stack.nic.dpdk;

import dev.sidestep.stack.nic.dpdk.ffi.DpdkAbi;
import dev.sidestep.stack.nic.dpdk.ffi.DpdkLibrary;
import dev.sidestep.stack.nic.dpdk.ffi.DriverPreload;
import dev.sidestep.stack.nic.dpdk.ffi.LogPipe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * DPDK's environment abstraction layer, of which a process has one. It starts when the first device
 * is opened and lasts until the process ends: rte_eal_init works once per process, and every engine
 * of this JVM hot-plugs its devices into the same EAL.
 *
 * <p>Threads: the static methods and {@link #call} are synchronised; DPDK wants its control calls
 * one at a time.
 */
final class DpdkEal {

  private static final String VIRTUAL_BUS = "vdev";
  private static final int MIN_MEMORY_MEGABYTES = 512;
  private static final int MEGABYTE = 1 << 20;

  /** What EAL, drivers and rings take besides the packets. */
  private static final long OVERHEAD_BYTES = 64L * MEGABYTE;

  private static @Nullable DpdkEal running;
  private static @Nullable Thread preloader;

  /** Why the one attempt to start has failed, if it has; DPDK does not allow a second. */
  private static @Nullable String failure;

  private final DpdkLibrary library;
  private final EalLog log;
  private final List<String> argumentsFromUser;
  private final boolean pciEnabled;

  private DpdkEal(
      DpdkLibrary library, EalLog log, List<String> argumentsFromUser, boolean pciEnabled) {
    this.library = library;
    this.log = log;
    this.argumentsFromUser = argumentsFromUser;
    this.pciEnabled = pciEnabled;
  }

  /**
   * The running EAL, started if need be.
   *
   * @param packetBytes memory the packet pools of {@code devices} will take
   * @param meanwhile what the calling thread does while DPDK initialises, if it has to
   * @throws DpdkException when it cannot start, cannot work, or runs with other arguments
   */
  static synchronized DpdkEal start(
      DpdkOptions options, List<DeviceString> devices, long packetBytes, Runnable meanwhile) {
    List<DeviceString> pciDevices = devices.stream().filter(DeviceString::pci).toList();
    if (failure != null) {
      throw new DpdkException(failure);
    }
    if (running == null) {
      running = firstStart(options, pciDevices, packetBytes, meanwhile);
    } else {
      running.refuseOtherSettings(options, pciDevices);
    }
    return running;
  }

  private static DpdkEal firstStart(
      DpdkOptions options, List<DeviceString> pciDevices, long packetBytes, Runnable meanwhile) {
    DpdkLibrary library = loadLibrary();
    long bytes = packetBytes + OVERHEAD_BYTES;
    List<String> arguments =
        EalArguments.build(
            options.ealArguments(),
            allowedProcessors(),
            Hugepages.freeBytes(Hugepages.SYSFS) >= bytes,
            (int) Math.max(MIN_MEMORY_MEGABYTES, 2 * bytes / MEGABYTE),
            pciDevices,
            ProcessHandle.current().pid());
    try {
      EalLog log = initialise(library, arguments, meanwhile);
      DpdkEal eal = new DpdkEal(library, log, options.ealArguments(), !pciDevices.isEmpty());
      SelfTest.run(eal);
      return eal;
    } catch (DpdkException e) {
      failure = e.getMessage();
      throw e;
    }
  }

  /**
   * Begins to load the drivers if nobody has, on a thread that ends when that is done. Most of
   * rte_eal_init's time goes into it, so the sooner the better.
   */
  static synchronized Thread preloadDrivers() {
    Thread thread = preloader;
    if (thread == null) {
      thread = Thread.ofPlatform().daemon().name("sidestep-dpdk-preload").start(DriverPreload::run);
      preloader = thread;
    }
    return thread;
  }

  /**
   * The installed DPDK.
   *
   * @throws DpdkException when there is none we can work with
   */
  static DpdkLibrary loadLibrary() {
    String architecture = System.getProperty("os.arch", "");
    if (!DpdkAbi.ARCHITECTURE.equals(architecture)) {
      throw DpdkMessages.otherArchitecture(architecture);
    }
    DpdkLibrary library = DpdkLibrary.load();
    if (library == null) {
      throw DpdkMessages.noLibrary(DpdkLibrary.unsupportedVersion());
    }
    if (DpdkAbi.ofVersion(library.version()) != library.abi()) {
      throw DpdkMessages.noLibrary(library.version());
    }
    return library;
  }

  // On a thread of its own, which then ends: rte_eal_init sets the affinity of its caller, and
  // threads inherit that.
  private static EalLog initialise(
      DpdkLibrary library, List<String> arguments, Runnable meanwhile) {
    Thread loadingDrivers = preloadDrivers();
    EalLog log = new EalLog(new LogPipe());
    log.note(library.version() + ", EAL arguments " + arguments);
    AtomicInteger result = new AtomicInteger(-1);
    Thread starter =
        new Thread(
            () -> {
              // What the drivers' constructors touch, EAL reads without a lock.
              joinUninterruptibly(loadingDrivers);
              library.openLogStream(log.pipe());
              result.set(
                  log.pipe().whileStandardStreamsAreDiverted(() -> library.ealInit(arguments)));
            },
            "sidestep-dpdk-start");
    starter.start();
    try {
      library.linkFastPath();
      meanwhile.run();
    } finally {
      joinUninterruptibly(starter);
    }
    List<String> lines = log.drain();
    removeRuntimeDirectory(library);
    if (result.get() < 0) {
      log.log();
      throw DpdkMessages.ealFailed(lines, arguments);
    }
    return log;
  }

  static void joinUninterruptibly(Thread thread) {
    boolean interrupted = false;
    while (true) {
      try {
        thread.join();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static String allowedProcessors() {
    try {
      return ProcFile.field(Path.of("/proc/thread-self/status"), "Cpus_allowed_list");
    } catch (IOException e) {
      throw new DpdkException("DPDK cannot start, /proc cannot be read: " + e);
    }
  }

  // Without shared files EAL makes its directory and leaves it empty.
  private static void removeRuntimeDirectory(DpdkLibrary library) {
    String directory = library.runtimeDirectory();
    try {
      if (!directory.isEmpty()) {
        Files.deleteIfExists(Path.of(directory));
      }
    } catch (IOException inUse) {
      EalLog.logger().log(System.Logger.Level.DEBUG, "EAL keeps files in {0}", inUse.getMessage());
    }
  }

  private void refuseOtherSettings(DpdkOptions options, List<DeviceString> pciDevices) {
    if (!options.ealArguments().isEmpty() && !options.ealArguments().equals(argumentsFromUser)) {
      throw new DpdkException(
          "sidestep.eal=%s: DPDK runs in this JVM already, with %s; it starts once per process"
              .formatted(
                  String.join(" ", options.ealArguments()),
                  argumentsFromUser.isEmpty()
                      ? "our own arguments"
                      : "'" + String.join(" ", argumentsFromUser) + "'"));
    }
    for (DeviceString device : pciDevices) {
      if (!pciEnabled || library.portByName(device.name()) < 0) {
        throw device.wrong(
            "DPDK runs in this JVM already, without this device; name all PCI devices when the"
                + " first one is opened");
      }
    }
  }

  DpdkLibrary library() {
    return library;
  }

  EalLog log() {
    return log;
  }

  /**
   * Makes a control call.
   *
   * @return what it wrote to DPDK's log if it failed, or {@code null} if it did not
   */
  synchronized @Nullable String call(IntSupplier control) {
    log.drain();
    int status = log.pipe().whileStandardStreamsAreDiverted(control);
    return status >= 0 ? null : DpdkMessages.withErrno(EalLog.reason(log.drain()), -status);
  }

  /** Attaches a device and returns its port. */
  int attach(DeviceString device) {
    if (!device.pci()) {
      DevicePrerequisites.check(device, library.abi());
      MemifListener.makeRoom(device);
      attachVirtual(device);
      MemifListener.attached(device);
    }
    int port = library.portByName(device.name());
    if (port < 0) {
      throw device.wrong(
          device.pci()
              ? "no DPDK driver has taken it; bind it to vfio-pci with dpdk-devbind.py"
              : "its driver has made no Ethernet port");
    }
    return port;
  }

  private synchronized void attachVirtual(DeviceString device) {
    if (library.portByName(device.name()) >= 0) {
      throw device.wrong("a device of this name is open already; give it another number");
    }
    log.drain();
    int status =
        log.pipe()
            .whileStandardStreamsAreDiverted(
                () -> library.hotplugAdd(VIRTUAL_BUS, device.name(), device.argumentText()));
    if (status < 0) {
      List<String> lines = log.drain();
      log.log();
      // A device that no driver takes stays on the bus, and would be in the way of a second try.
      library.hotplugRemove(VIRTUAL_BUS, device.name());
      throw DpdkMessages.attachFailed(device, status, lines, library.abi());
    }
  }

  /** Detaches a device whose port is closed. */
  void detach(DeviceString device) {
    if (device.pci()) {
      return;
    }
    String failed = call(() -> library.hotplugRemove(VIRTUAL_BUS, device.name()));
    if (failed != null) {
      EalLog.logger()
          .log(System.Logger.Level.DEBUG, "{0} was not detached: {1}", device.name(), failed);
    }
    MemifListener.detached(device);
  }
}
