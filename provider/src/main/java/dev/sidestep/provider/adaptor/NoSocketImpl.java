package dev.sidestep.provider.adaptor;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.SocketAddress;
import java.net.SocketImpl;

/** What {@code ServerSocket}'s constructor insists on and nobody calls. */
final class NoSocketImpl extends SocketImpl {

  private static AssertionError neverCalled() {
    return new AssertionError("every method of the view is overridden");
  }

  @Override
  protected void create(boolean stream) {
    throw neverCalled();
  }

  @Override
  protected void connect(String host, int port) {
    throw neverCalled();
  }

  @Override
  protected void connect(InetAddress address, int port) {
    throw neverCalled();
  }

  @Override
  protected void connect(SocketAddress address, int timeout) {
    throw neverCalled();
  }

  @Override
  protected void bind(InetAddress host, int port) {
    throw neverCalled();
  }

  @Override
  protected void listen(int backlog) {
    throw neverCalled();
  }

  @Override
  protected void accept(SocketImpl s) {
    throw neverCalled();
  }

  @Override
  protected InputStream getInputStream() {
    throw neverCalled();
  }

  @Override
  protected OutputStream getOutputStream() {
    throw neverCalled();
  }

  @Override
  protected int available() {
    throw neverCalled();
  }

  @Override
  protected void close() throws IOException {
    throw neverCalled();
  }

  @Override
  protected void sendUrgentData(int data) {
    throw neverCalled();
  }

  @Override
  public Object getOption(int id) {
    throw neverCalled();
  }

  @Override
  public void setOption(int id, Object value) {
    throw neverCalled();
  }
}
