package dev.sidestep.stack.nic.dpdk;

import dev.sidestep.stack.nic.NicDevice;
import dev.sidestep.stack.nic.dpdk.ffi.DpdkLibrary;
import java.util.ArrayList;
import java.util.List;

/** Opens devices by their DPDK device strings, starting DPDK if it does not run yet. */
public final class DpdkDevices {

  private DpdkDevices() {}

  /** {@link #open(List, DpdkOptions, Runnable)} with nothing to do meanwhile. */
  public static List<NicDevice> open(List<String> deviceStrings, DpdkOptions options) {
    return open(deviceStrings, options, () -> {});
  }

  /**
   * Opens devices, all or none. May be called again, also for other engines of the same JVM.
   *
   * <p>Blocks for some 0.2 s the first time. The calling thread keeps its processor affinity, and
   * nothing is written to standard output or error.
   *
   * @param deviceStrings such as {@code net_memif0,role=server,socket=/tmp/a.sock}, {@code
   *     net_af_packet0,iface=veth0}, {@code net_tap0,iface=tap0} or {@code 0000:03:00.0}
   * @param options how to open them; {@code mtuBytes} and the rest apply to each
   * @param meanwhile what the calling thread does while DPDK initialises, which is only done once
   *     per process
   * @return the started devices in the order of their strings; the caller closes them
   * @throws DpdkException when DPDK or one of the devices cannot be used
   */
  public static List<NicDevice> open(
      List<String> deviceStrings, DpdkOptions options, Runnable meanwhile) {
    Thread preloader = DpdkEal.preloadDrivers();
    List<DeviceString> devices;
    DpdkEal eal;
    try {
      devices = check(deviceStrings, options.ealArguments());
      eal = DpdkEal.start(options, devices, packetBytes(devices, options), meanwhile);
    } finally {
      // Nothing goes on behind the back of a program that stays on the kernel.
      DpdkEal.joinUninterruptibly(preloader);
    }
    List<NicDevice> opened = new ArrayList<>();
    try {
      for (DeviceString device : devices) {
        opened.add(new DpdkDevice(eal, device, options));
      }
    } catch (DpdkException e) {
      opened.forEach(NicDevice::close);
      throw e;
    }
    return opened;
  }

  /**
   * Finds out what can be known of devices without opening anything: whether their strings are
   * right, their interfaces there, the process allowed to use them, and DPDK and their drivers
   * installed.
   *
   * @param ealArguments arguments for rte_eal_init
   * @throws DpdkException when one of them certainly cannot be opened
   */
  public static void requireUsable(List<String> deviceStrings, List<String> ealArguments) {
    List<DeviceString> devices = check(deviceStrings, ealArguments);
    if (!devices.isEmpty()) {
      DpdkLibrary library = DpdkEal.loadLibrary();
      DriverLibraries.require(library, devices, ealArguments);
      devices.forEach(device -> DevicePrerequisites.check(device, library.abi()));
    }
  }

  private static List<DeviceString> check(List<String> deviceStrings, List<String> ealArguments) {
    List<String> eal = EalArguments.checked(ealArguments);
    List<DeviceString> devices = deviceStrings.stream().map(DeviceString::parse).toList();
    devices.forEach(device -> DevicePrerequisites.check(device, eal));
    DevicePrerequisites.checkTogether(devices);
    return devices;
  }

  private static long packetBytes(List<DeviceString> devices, DpdkOptions options) {
    long bytes = 0;
    for (DeviceString device : devices) {
      int dataRoomBytes = DpdkDevice.dataRoomBytes(device, options.mtuBytes());
      int buffers = DpdkDevice.poolBuffers(device, options.poolBuffers());
      bytes += MbufPool.bytesPerBuffer(dataRoomBytes) * buffers;
    }
    return bytes * options.queuePairs();
  }
}
