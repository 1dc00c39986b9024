package dev.sidestep.provider.kernel;

import dev.sidestep.provider.adaptor.DatagramSocketAdaptor;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.MembershipKey;
import java.nio.channels.spi.SelectorProvider;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A datagram channel of the kernel that can be registered with our selector. */
public final class KernelDatagramChannel extends DatagramChannel implements KernelOnlyChannel {

  private final DatagramChannel inner;
  private final InnerChannel behind;

  private @Nullable DatagramSocket adaptor;

  /** The same channel as {@code inner}, as one of {@code provider}'s. */
  public KernelDatagramChannel(SelectorProvider provider, DatagramChannel inner) {
    super(provider);
    this.inner = inner;
    behind = new InnerChannel(this, inner);
  }

  @Override
  public DatagramChannel bind(@Nullable SocketAddress local) throws IOException {
    inner.bind(local);
    return this;
  }

  @Override
  public <T> DatagramChannel setOption(SocketOption<T> name, T value) throws IOException {
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

  @Override
  public synchronized DatagramSocket socket() {
    if (adaptor == null) {
      adaptor = DatagramSocketAdaptor.of(this, inner.socket());
    }
    return adaptor;
  }

  @Override
  public boolean isConnected() {
    return inner.isConnected();
  }

  @Override
  public DatagramChannel connect(SocketAddress remote) throws IOException {
    inner.connect(remote);
    return this;
  }

  @Override
  public DatagramChannel disconnect() throws IOException {
    inner.disconnect();
    return this;
  }

  @Override
  public @Nullable SocketAddress getRemoteAddress() throws IOException {
    return inner.getRemoteAddress();
  }

  @Override
  public @Nullable SocketAddress getLocalAddress() throws IOException {
    return inner.getLocalAddress();
  }

  @Override
  public @Nullable SocketAddress receive(ByteBuffer dst) throws IOException {
    try {
      return inner.receive(dst);
    } finally {
      behind.closeTogether();
    }
  }

  @Override
  public int send(ByteBuffer src, SocketAddress target) throws IOException {
    try {
      return inner.send(src, target);
    } finally {
      behind.closeTogether();
    }
  }

  @Override
  public int read(ByteBuffer dst) throws IOException {
    try {
      return inner.read(dst);
    } finally {
      behind.closeTogether();
    }
  }

  @Override
  public long read(ByteBuffer[] dsts, int offset, int length) throws IOException {
    try {
      return inner.read(dsts, offset, length);
    } finally {
      behind.closeTogether();
    }
  }

  @Override
  public int write(ByteBuffer src) throws IOException {
    try {
      return inner.write(src);
    } finally {
      behind.closeTogether();
    }
  }

  @Override
  public long write(ByteBuffer[] srcs, int offset, int length) throws IOException {
    try {
      return inner.write(srcs, offset, length);
    } finally {
      behind.closeTogether();
    }
  }

  @Override
  public MembershipKey join(InetAddress group, NetworkInterface interf) throws IOException {
    return inner.join(group, interf);
  }

  @Override
  public MembershipKey join(InetAddress group, NetworkInterface interf, InetAddress source)
      throws IOException {
    return inner.join(group, interf, source);
  }

  @Override
  protected void implConfigureBlocking(boolean block) throws IOException {
    behind.configureBlocking(block);
  }

  @Override
  protected void implCloseSelectableChannel() throws IOException {
    inner.close();
  }

  @Override
  public InnerChannel behind() {
    return behind;
  }

  @Override
  public String toString() {
    return inner.toString();
  }
}
