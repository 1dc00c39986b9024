package dev.sidestep.stack.engine;

import dev.sidestep.stack.config.InterfaceAddress;
import dev.sidestep.stack.config.StackConfig;
import dev.sidestep.stack.ip.IpInterface;
import dev.sidestep.stack.ip.LocalAddresses;
import dev.sidestep.stack.ip.RouteTable;
import dev.sidestep.stack.nic.CapturingDevice;
import dev.sidestep.stack.nic.LoopbackDevice;
import dev.sidestep.stack.nic.NicDevice;
import dev.sidestep.stack.nic.PcapCapture;
import dev.sidestep.stack.nic.dpdk.DpdkDevices;
import dev.sidestep.stack.nic.dpdk.DpdkException;
import dev.sidestep.stack.nic.dpdk.DpdkOptions;
import dev.sidestep.stack.wire.IpAddress;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * What all shards share of the network: devices, interfaces with their addresses, routes. Each
 * shard has a {@link ShardNetwork} over it.
 *
 * <p>Threads: any, except for opening and closing. Only the devices change.
 */
final class Network implements AutoCloseable {

  /** Packets on their way from one socket of this process to another: 16 MiB. */
  private static final int LOOPBACK_BUFFERS = 512;

  private static final InterfaceAddress LOOPBACK_NETWORK =
      new InterfaceAddress(IpAddress.ofV4(0x7f000001), 8);

  private final @Nullable PcapCapture capture;
  private final List<IpInterface> interfaces = new ArrayList<>();
  private final LocalAddresses local;
  private final RouteTable routes;

  /** The network of {@code devices} and the one that leads back to ourselves. */
  Network(
      List<NicDevice> devices,
      LoopbackDevice loopback,
      @Nullable PcapCapture capture,
      StackConfig config) {
    this.capture = capture;
    List<List<InterfaceAddress>> addresses = addressesOf(devices.size(), config);
    for (int i = 0; i < devices.size(); i++) {
      NicDevice device = captured(devices.get(i));
      interfaces.add(new IpInterface(device, addresses.get(i), config.mtuBytes()));
    }
    interfaces.add(new IpInterface(captured(loopback), addresses.getLast(), 0));
    this.local = new LocalAddresses(addresses.stream().flatMap(List::stream).toList());
    this.routes = new RouteTable(interfaces, config.gateway(), local);
  }

  /**
   * Opens the configured devices.
   *
   * @param peerPatienceNanos how long to wait for the other end of a device that needs one
   * @param meanwhile what this thread does while DPDK initialises
   * @throws StackStartException if a device cannot be opened
   */
  static Network open(StackConfig config, long peerPatienceNanos, Runnable meanwhile)
      throws StackStartException {
    DpdkOptions options =
        DpdkOptions.defaults()
            .withEalArguments(config.ealArguments())
            .withMtuBytes(config.mtuBytes())
            .withPeerPatienceNanos(peerPatienceNanos);
    PcapCapture capture = openCapture(config.captureFile());
    FutureTask<LoopbackDevice> loopback =
        new FutureTask<>(() -> new LoopbackDevice(LOOPBACK_BUFFERS));
    try {
      List<NicDevice> devices =
          config.devices().isEmpty()
              ? List.of()
              : DpdkDevices.open(
                  config.devices(),
                  options,
                  () -> {
                    loopback.run();
                    meanwhile.run();
                  });
      // Does nothing if that has happened.
      loopback.run();
      return new Network(devices, loopback.resultNow(), capture, config);
    } catch (DpdkException e) {
      if (capture != null) {
        capture.close();
      }
      throw new StackStartException(String.valueOf(e.getMessage()), e);
    }
  }

  private static @Nullable PcapCapture openCapture(@Nullable String file)
      throws StackStartException {
    try {
      return file == null ? null : PcapCapture.open(Path.of(file));
    } catch (IOException | InvalidPathException e) {
      throw new StackStartException("sidestep.capture=" + file + ": cannot write there: " + e, e);
    }
  }

  /** One list per device and a last one for the loopback device. */
  private static List<List<InterfaceAddress>> addressesOf(int deviceCount, StackConfig config) {
    List<List<InterfaceAddress>> perDevice = new ArrayList<>();
    for (int i = 0; i < deviceCount; i++) {
      perDevice.add(new ArrayList<>());
    }
    for (int i = 0; i < config.addresses().size() && deviceCount > 0; i++) {
      perDevice.get(Math.min(i, deviceCount - 1)).add(config.addresses().get(i));
    }
    perDevice.add(config.loopbackOnStack() ? List.of(LOOPBACK_NETWORK) : List.of());
    return perDevice;
  }

  private NicDevice captured(NicDevice device) {
    return capture == null ? device : new CapturingDevice(device, capture);
  }

  /** The interfaces, the one that leads back to ourselves last. */
  List<IpInterface> interfaces() {
    return interfaces;
  }

  /** The addresses of all interfaces. */
  LocalAddresses local() {
    return local;
  }

  RouteTable routes() {
    return routes;
  }

  boolean isLocal(IpAddress address) {
    return address.isV4() && local.isOwn(address.v4());
  }

  /** The address to send from towards {@code destination}, or null if there is no route. */
  @Nullable IpAddress sourceAddressFor(IpAddress destination) {
    return routes.sourceAddressFor(destination);
  }

  /** Closes the devices, when no shard uses them any more. */
  @Override
  public void close() {
    interfaces.forEach(each -> each.device().close());
    endCapture();
  }

  /** {@link #close}s for a process that ends. */
  void closeAtExit() {
    interfaces.forEach(each -> each.device().closeAtExit());
    endCapture();
  }

  private void endCapture() {
    if (capture != null) {
      capture.close();
    }
  }
}
