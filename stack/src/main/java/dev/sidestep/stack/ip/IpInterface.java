package dev.sidestep.stack.ip;

import dev.sidestep.stack.config.InterfaceAddress;
import dev.sidestep.stack.nic.NicCapabilities;
import dev.sidestep.stack.nic.NicDevice;
import java.util.List;

/**
 * What IP knows of one network interface (Linux: in_device), whichever shard it is: its addresses
 * and the largest packet it sends. Immutable.
 */
public final class IpInterface {

  private final NicDevice device;
  private final NicCapabilities capabilities;
  private final List<InterfaceAddress> addresses;
  private final int mtuBytes;

  /**
   * Makes the IP side of a device.
   *
   * @param addresses the interface's own
   * @param mtuBytes largest IP packet to send, or 0 for the device's own limit
   */
  public IpInterface(NicDevice device, List<InterfaceAddress> addresses, int mtuBytes) {
    this.device = device;
    this.capabilities = device.capabilities();
    this.addresses = List.copyOf(addresses);
    int deviceMtuBytes = capabilities.mtuBytes();
    this.mtuBytes = mtuBytes == 0 ? deviceMtuBytes : Math.min(mtuBytes, deviceMtuBytes);
  }

  /** The device below. */
  public NicDevice device() {
    return device;
  }

  /** What the device can do. */
  public NicCapabilities capabilities() {
    return capabilities;
  }

  /** The interface's own addresses. */
  public List<InterfaceAddress> addresses() {
    return addresses;
  }

  /** Whether it leads back to ourselves. */
  public boolean isLoopback() {
    return device.isLoopback();
  }

  /** Largest IP packet to send, in bytes. */
  int mtuBytes() {
    return mtuBytes;
  }
}
