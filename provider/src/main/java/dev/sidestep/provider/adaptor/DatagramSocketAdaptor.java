package dev.sidestep.provider.adaptor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.MulticastSocket;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.nio.channels.DatagramChannel;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A {@link DatagramSocket} in front of a channel of ours that the kernel carries. It is the JDK's
 * own view of the kernel's channel, but for its channel and its end. As that one it is a {@link
 * MulticastSocket}, which some programs count on. Any thread.
 */
@SuppressWarnings({"deprecation", "removal"}) // what is deprecated is passed on, too
public final class DatagramSocketAdaptor extends MulticastSocket {

  private final DatagramChannel channel;
  private final MulticastSocket inner;

  private DatagramSocketAdaptor(DatagramChannel channel, MulticastSocket inner) throws IOException {
    super((SocketAddress) null);
    // Only the JDK can make one without a socket of its own.
    super.close();
    this.channel = channel;
    this.inner = inner;
  }

  /**
   * A view of {@code channel}.
   *
   * @param inner the JDK's view of the kernel's channel behind it
   */
  public static DatagramSocket of(DatagramChannel channel, DatagramSocket inner) {
    try {
      return new DatagramSocketAdaptor(channel, (MulticastSocket) inner);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public DatagramChannel getChannel() {
    return channel;
  }

  // ---- Sending and receiving

  @Override
  public void send(DatagramPacket p) throws IOException {
    try {
      inner.send(p);
    } finally {
      closeTogether();
    }
  }

  @Override
  public void send(DatagramPacket p, byte ttl) throws IOException {
    try {
      inner.send(p, ttl);
    } finally {
      closeTogether();
    }
  }

  @Override
  public void receive(DatagramPacket p) throws IOException {
    try {
      inner.receive(p);
    } finally {
      closeTogether();
    }
  }

  // ---- Ending

  /** An interrupt closes the JDK's channel behind ours. */
  private void closeTogether() {
    if (inner.isClosed()) {
      close();
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public boolean isClosed() {
    return !channel.isOpen();
  }

  // ---- Addresses

  @Override
  public void bind(@Nullable SocketAddress local) throws SocketException {
    inner.bind(local);
  }

  @Override
  public void connect(InetAddress address, int port) {
    inner.connect(address, port);
  }

  @Override
  public void connect(SocketAddress remote) throws SocketException {
    inner.connect(remote);
  }

  @Override
  public void disconnect() {
    inner.disconnect();
  }

  @Override
  public boolean isBound() {
    return inner.isBound();
  }

  @Override
  public boolean isConnected() {
    return inner.isConnected();
  }

  @Override
  public @Nullable InetAddress getInetAddress() {
    return inner.getInetAddress();
  }

  @Override
  public int getPort() {
    return inner.getPort();
  }

  @Override
  public @Nullable SocketAddress getRemoteSocketAddress() {
    return inner.getRemoteSocketAddress();
  }

  @Override
  public @Nullable SocketAddress getLocalSocketAddress() {
    return inner.getLocalSocketAddress();
  }

  @Override
  public @Nullable InetAddress getLocalAddress() {
    return inner.getLocalAddress();
  }

  @Override
  public int getLocalPort() {
    return inner.getLocalPort();
  }

  // ---- Options

  @Override
  public void setSoTimeout(int timeout) throws SocketException {
    inner.setSoTimeout(timeout);
  }

  @Override
  public int getSoTimeout() throws SocketException {
    return inner.getSoTimeout();
  }

  @Override
  public void setSendBufferSize(int size) throws SocketException {
    inner.setSendBufferSize(size);
  }

  @Override
  public int getSendBufferSize() throws SocketException {
    return inner.getSendBufferSize();
  }

  @Override
  public void setReceiveBufferSize(int size) throws SocketException {
    inner.setReceiveBufferSize(size);
  }

  @Override
  public int getReceiveBufferSize() throws SocketException {
    return inner.getReceiveBufferSize();
  }

  @Override
  public void setReuseAddress(boolean on) throws SocketException {
    inner.setReuseAddress(on);
  }

  @Override
  public boolean getReuseAddress() throws SocketException {
    return inner.getReuseAddress();
  }

  @Override
  public void setBroadcast(boolean on) throws SocketException {
    inner.setBroadcast(on);
  }

  @Override
  public boolean getBroadcast() throws SocketException {
    return inner.getBroadcast();
  }

  @Override
  public void setTrafficClass(int tc) throws SocketException {
    inner.setTrafficClass(tc);
  }

  @Override
  public int getTrafficClass() throws SocketException {
    return inner.getTrafficClass();
  }

  @Override
  public <T> DatagramSocket setOption(SocketOption<T> name, T value) throws IOException {
    inner.setOption(name, value);
    return this;
  }

  @Override
  public <T> T getOption(SocketOption<T> name) throws IOException {
    return inner.getOption(name);
  }

  @Override
  public Set<SocketOption<?>> supportedOptions() {
    return inner.supportedOptions();
  }

  // ---- Multicast

  @Override
  public void setTTL(byte ttl) throws IOException {
    inner.setTTL(ttl);
  }

  @Override
  public byte getTTL() throws IOException {
    return inner.getTTL();
  }

  @Override
  public void setTimeToLive(int ttl) throws IOException {
    inner.setTimeToLive(ttl);
  }

  @Override
  public int getTimeToLive() throws IOException {
    return inner.getTimeToLive();
  }

  @Override
  public void joinGroup(InetAddress group) throws IOException {
    inner.joinGroup(group);
  }

  @Override
  public void leaveGroup(InetAddress group) throws IOException {
    inner.leaveGroup(group);
  }

  @Override
  public void joinGroup(SocketAddress group, @Nullable NetworkInterface netIf) throws IOException {
    inner.joinGroup(group, netIf);
  }

  @Override
  public void leaveGroup(SocketAddress group, @Nullable NetworkInterface netIf) throws IOException {
    inner.leaveGroup(group, netIf);
  }

  @Override
  public void setInterface(InetAddress address) throws SocketException {
    inner.setInterface(address);
  }

  @Override
  public InetAddress getInterface() throws SocketException {
    return inner.getInterface();
  }

  @Override
  public void setNetworkInterface(NetworkInterface netIf) throws SocketException {
    inner.setNetworkInterface(netIf);
  }

  @Override
  public NetworkInterface getNetworkInterface() throws SocketException {
    return inner.getNetworkInterface();
  }

  @Override
  public void setLoopbackMode(boolean disable) throws SocketException {
    inner.setLoopbackMode(disable);
  }

  @Override
  public boolean getLoopbackMode() throws SocketException {
    return inner.getLoopbackMode();
  }
}
