package dev.sidestep.provider.channel;

import dev.sidestep.provider.adaptor.TimedSocket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/** The side of a {@link SidestepSocketChannel} that only its {@code socket()} may see. */
final class TimedSocketView implements TimedSocket {

  private final SidestepSocketChannel channel;

  TimedSocketView(SidestepSocketChannel channel) {
    this.channel = channel;
  }

  @Override
  public void connect(SocketAddress remote, int timeoutMillis) throws IOException {
    channel.connect(remote, timeoutMillis);
  }

  @Override
  public int read(byte[] destination, int offset, int length, int timeoutMillis)
      throws IOException {
    return channel.backend().read(destination, offset, length, timeoutMillis);
  }

  @Override
  public void writeFully(byte[] source, int offset, int length) throws IOException {
    channel.backend().writeFully(source, offset, length);
  }

  @Override
  public int available() throws IOException {
    return channel.backend().available();
  }

  @Override
  public void sendUrgentData(int data) throws IOException {
    channel.backend().sendUrgentData(data);
  }

  @Override
  public boolean isInputOpen() {
    return channel.backend().isInputOpen();
  }

  @Override
  public boolean isOutputOpen() {
    return channel.backend().isOutputOpen();
  }

  @Override
  public @Nullable InetSocketAddress localAddress() {
    try {
      return (InetSocketAddress) channel.backend().localAddress();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public @Nullable InetSocketAddress remoteAddress() {
    try {
      return (InetSocketAddress) channel.backend().remoteAddress();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
