package dev.sidestep.stack.engine;

import dev.sidestep.stack.config.InterfaceAddress;
import dev.sidestep.stack.config.StackConfig;
import dev.sidestep.stack.counters.ShardCounters;
import dev.sidestep.stack.icmp.IcmpErrors;
import dev.sidestep.stack.icmp.IcmpInput;
import dev.sidestep.stack.icmp.IcmpOutput;
import dev.sidestep.stack.icmp.ProtocolUnreachable;
import dev.sidestep.stack.ip.IpInterface;
import dev.sidestep.stack.ip.IpOutput;
import dev.sidestep.stack.ip.Ipv4Output;
import dev.sidestep.stack.ip.LocalAddresses;
import dev.sidestep.stack.ip.Route;
import dev.sidestep.stack.ip.RouteTable;
import dev.sidestep.stack.ip.TransportInputs;
import dev.sidestep.stack.nic.CapturingDevice;
import dev.sidestep.stack.nic.LoopbackDevice;
import dev.sidestep.stack.nic.NicDevice;
import dev.sidestep.stack.nic.OwnedDevice;
import dev.sidestep.stack.nic.PcapCapture;
import dev.sidestep.stack.nic.dpdk.DpdkDevices;
import dev.sidestep.stack.nic.dpdk.DpdkException;
import dev.sidestep.stack.nic.dpdk.DpdkOptions;
import dev.sidestep.stack.tcp.TcpStack;
import dev.sidestep.stack.wire.IpAddress;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Everything below the transport protocols, wired: devices, interfaces, routes, ICMP.
 *
 * <p>Threads: built by one thread, then the shard's owner's, except {@link #isLocal} and {@link
 * #sourceAddressFor}, which read what never changes.
 */
final class Network implements AutoCloseable {

  private static final int ICMP = 1;
  private static final int TCP = 6;

  /** Packets on their way from one socket of this process to another: 16 MiB. */
  private static final int LOOPBACK_BUFFERS = 512;

  private static final InterfaceAddress LOOPBACK_NETWORK =
      new InterfaceAddress(IpAddress.ofV4(0x7f000001), 8);

  private final ShardCounters counters = new ShardCounters();
  private final @Nullable PcapCapture capture;
  private final List<NicDevice> devices;
  private final List<NetInterface> interfaces = new ArrayList<>();
  private final LocalAddresses local;
  private final RouteTable routes;
  private final IpOutput output;
  private final TransportInputs transports;
  private final IcmpErrors icmpErrors = new IcmpErrors();
  private BooleanSupplier isOwner = () -> true;

  /** Wires the layers around {@code devices} and the one that leads back to ourselves. */
  Network(
      List<NicDevice> devices,
      LoopbackDevice loopback,
      @Nullable PcapCapture capture,
      StackConfig config) {
    this.capture = capture;
    this.devices = new ArrayList<>();
    for (NicDevice device : devices) {
      this.devices.add(decorated(device));
    }
    this.devices.add(decorated(loopback));
    List<List<InterfaceAddress>> addresses = addressesOf(devices.size(), config);
    List<InterfaceAddress> all = new ArrayList<>();
    for (List<InterfaceAddress> each : addresses) {
      all.addAll(each);
    }
    this.local = new LocalAddresses(all);
    this.transports = new TransportInputs(counters);
    for (int i = 0; i < this.devices.size(); i++) {
      interfaces.add(
          new NetInterface(
              this.devices.get(i),
              0,
              addresses.get(i),
              i < devices.size() ? config.mtuBytes() : 0,
              local,
              transports,
              icmpErrors,
              counters));
    }
    List<IpInterface> ipInterfaces = new ArrayList<>();
    for (NetInterface each : interfaces) {
      ipInterfaces.add(each.ip());
    }
    this.routes = new RouteTable(ipInterfaces, config.gateway(), local);
    this.output = new Ipv4Output(routes, counters);
    IcmpOutput icmp = new IcmpOutput(output, counters);
    transports.register(ICMP, new IcmpInput(icmp, icmpErrors, counters));
    transports.registerUnknown(new ProtocolUnreachable(icmp, counters));
  }

  /**
   * Opens the configured devices and wires the layers around them.
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

  private NicDevice decorated(NicDevice device) {
    NicDevice captured = capture == null ? device : new CapturingDevice(device, capture);
    return Network.class.desiredAssertionStatus()
        ? new OwnedDevice(captured, () -> isOwner.getAsBoolean())
        : captured;
  }

  /** From now on the devices' queues belong to whom {@code isOwner} says; for assertions. */
  void setOwner(BooleanSupplier isOwner) {
    this.isOwner = isOwner;
  }

  /** Lets TCP receive its segments and the errors about them. */
  void register(TcpStack tcp) {
    transports.register(TCP, tcp);
    icmpErrors.register(TCP, tcp);
  }

  NetInterface[] interfaces() {
    return interfaces.toArray(NetInterface[]::new);
  }

  IpOutput output() {
    return output;
  }

  ShardCounters counters() {
    return counters;
  }

  boolean isLocal(IpAddress address) {
    return address.isV4() && local.isOwn(address.v4());
  }

  /** The address to send from towards {@code destination}, or null if there is no route. */
  @Nullable IpAddress sourceAddressFor(IpAddress destination) {
    Route route = routes.find(destination);
    return route == null ? null : route.sourceAddress();
  }

  @Override
  public void close() {
    interfaces.forEach(NetInterface::discard);
    devices.forEach(NicDevice::close);
    endCapture();
  }

  /** {@link #close}s for a process that ends. */
  void closeAtExit() {
    interfaces.forEach(NetInterface::discard);
    devices.forEach(NicDevice::closeAtExit);
    endCapture();
  }

  private void endCapture() {
    if (capture != null) {
      capture.close();
    }
  }
}
