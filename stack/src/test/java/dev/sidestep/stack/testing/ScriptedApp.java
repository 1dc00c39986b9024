package dev.sidestep.stack.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sidestep.stack.socket.SocketError;
import dev.sidestep.stack.socket.StreamSocket;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** The application at the stack's end of a scripted connection; its bytes follow the pattern. */
public final class ScriptedApp {

  private final TcpStory story;
  private final StreamSocket socket;
  private long written;
  private long read;

  ScriptedApp(TcpStory story, StreamSocket socket) {
    this.story = story;
    this.socket = socket;
  }

  /** The socket itself. */
  public StreamSocket socket() {
    return socket;
  }

  /** Writes so many bytes, all of which the socket must take. */
  public void writes(int bytes) {
    assertEquals(bytes, offers(bytes), "bytes taken by write");
  }

  /** Writes so many bytes at once; returns how many the socket took. */
  public int offers(int bytes) {
    ByteBuffer source = ByteBuffer.wrap(StreamPattern.bytes(written, bytes));
    int taken = socket.write(source);
    written += taken;
    story.settle();
    return taken;
  }

  /** Writes one urgent byte, which the socket must take. */
  public void writesUrgent() {
    byte next = StreamPattern.bytes(written, 1)[0];
    assertTrue(socket.writeUrgent(next), "urgent byte taken");
    written++;
    story.settle();
  }

  /** Expects that the next so many bytes are never read. */
  public void misses(int bytes) {
    read += bytes;
  }

  /** Reads exactly so many bytes, which must be there and right. */
  public void reads(int bytes) {
    ByteBuffer target = ByteBuffer.allocate(bytes);
    int count = socket.read(target);
    assertEquals(bytes, count, "bytes taken by read");
    long wrong = StreamPattern.firstDifference(target.flip(), read);
    assertEquals(-1, wrong, "position of the first wrong byte read");
    read += count;
    story.settle();
  }

  /** There is nothing to read at the moment. */
  public void readsNothing() {
    assertEquals(0, socket.read(ByteBuffer.allocate(1)), "bytes taken by read");
  }

  /** The peer has ended its stream. */
  public void readsEnd() {
    assertEquals(-1, socket.read(ByteBuffer.allocate(1)), "bytes taken by read");
  }

  /** Bytes that could be read now. */
  public int readable() {
    return socket.receiveQueue().availableBytes();
  }

  /** Ends its stream. */
  public void shutsDownOutput() {
    socket.shutdownOutput();
    story.settle();
  }

  /** Closes the socket. */
  public void closes() {
    socket.close();
    story.settle();
  }

  /** The connection is up. */
  public void isConnected() {
    assertEquals(StreamSocket.State.CONNECTED, socket.state());
  }

  /** The connection has failed with {@code error}. */
  public void hasFailed(@Nullable SocketError error) {
    assertEquals(StreamSocket.State.FAILED, socket.state());
    assertEquals(error, socket.error());
  }
}
