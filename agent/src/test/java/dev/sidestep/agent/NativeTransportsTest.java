package dev.sidestep.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sidestep.agent.shaded.netty.channel.epoll.AbstractEpollChannel;
import dev.sidestep.agent.shaded.netty.channel.epoll.AbstractEpollChannel.EpollTestChannel;
import dev.sidestep.agent.shaded.netty.channel.epoll.Epoll;
import dev.sidestep.agent.shaded.netty.channel.epoll.EpollDatagrams;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of the classes of a native transport, here of one that looks like Netty's. */
class NativeTransportsTest {

  private static final String EPOLL = Epoll.class.getName();
  private static final SocketAddress SOMEWHERE =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 9);

  private final List<String> log = new ArrayList<>();

  /** Loads the transport's classes anew, as the agent changes them. */
  private final class Loader extends ClassLoader {
    private final NativeTransports transports;

    Loader(boolean hide, boolean guard) {
      super(NativeTransportsTest.class.getClassLoader());
      transports = new NativeTransports(hide, guard, log::add);
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      return name.contains(".shaded.") ? defineAnew(name) : super.loadClass(name, resolve);
    }

    private synchronized Class<?> defineAnew(String name) {
      Class<?> known = findLoadedClass(name);
      if (known != null) {
        return known;
      }
      byte[] original = bytesOf(name);
      byte[] changed = transports.transform(this, name.replace('.', '/'), null, null, original);
      byte[] bytes = changed == null ? original : changed;
      return defineClass(name, bytes, 0, bytes.length);
    }
  }

  private static byte[] bytesOf(String name) {
    String resource = name.replace('.', '/') + ".class";
    try (InputStream in = Epoll.class.getClassLoader().getResourceAsStream(resource)) {
      return Objects.requireNonNull(in).readAllBytes();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static String ask(Loader loader, Class<?> type, String question) throws Exception {
    return String.valueOf(loader.loadClass(type.getName()).getMethod(question).invoke(null));
  }

  @Test
  void whoAsksHearsNoAndWhy() throws Exception {
    Loader loader = new Loader(true, false);
    assertEquals("false", ask(loader, Epoll.class, "isAvailable"));
    assertEquals(
        "java.lang.UnsupportedOperationException: " + TransportRewriter.WHY,
        ask(loader, Epoll.class, "unavailabilityCause"));
    assertEquals(1, log.size());
    assertTrue(log.getFirst().startsWith("programs that ask hear that " + EPOLL + " is not "));
  }

  @Test
  void theTransportItselfHearsTheTruth() throws Exception {
    Loader loader = new Loader(true, true);
    assertEquals("true", ask(loader, Epoll.class, "isFastOpenAvailable"));
    assertEquals("true", ask(loader, EpollDatagrams.class, "areSegmented"));
  }

  @Test
  void aTransportThatIsReallyMissingSaysWhy() throws Exception {
    Loader loader = new Loader(true, false);
    Throwable missing = new UnsatisfiedLinkError("no library");
    loader.loadClass(EPOLL).getField("cause").set(null, missing);
    assertEquals("false", ask(loader, Epoll.class, "isAvailable"));
    assertEquals(missing.toString(), ask(loader, Epoll.class, "unavailabilityCause"));
  }

  @Test
  void whatIsNotToBeHiddenStaysAsItIs() throws Exception {
    Loader loader = new Loader(false, true);
    assertEquals("true", ask(loader, Epoll.class, "isAvailable"));
    assertEquals(List.of(), log);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "channel/epoll/Epoll",
        "a/epoll/Epoll",
        "a/channel/epoll/Epoll$1",
        "a/channel/epoll/EpollEventLoop",
        "a/channel/kqueue/Epoll"
      })
  void otherClassesAreLeftAlone(String name) {
    NativeTransports transports = new NativeTransports(true, true, log::add);
    assertNull(transports.transform(getClass().getClassLoader(), name, null, null, bytesOf(EPOLL)));
    assertEquals(List.of(), log);
  }

  @Test
  void aClassByThatNameWithOtherMethodsIsLeftAlone() {
    NativeTransports transports = new NativeTransports(true, true, log::add);
    byte[] other = bytesOf(EpollDatagrams.class.getName());
    ClassLoader loader = getClass().getClassLoader();
    assertNull(transports.transform(loader, "a/channel/epoll/Epoll", null, null, other));
    assertNull(
        transports.transform(loader, "a/channel/epoll/AbstractEpollChannel", null, null, other));
    assertEquals(List.of(), log);
  }

  @Test
  void whatCannotBeReadIsLeftAloneWithALine() {
    NativeTransports transports = new NativeTransports(true, true, log::add);
    ClassLoader loader = getClass().getClassLoader();
    assertNull(
        transports.transform(loader, "a/channel/epoll/Epoll", null, null, new byte[] {1, 2, 3}));
    assertEquals(1, log.size());
    assertTrue(log.getFirst().startsWith("a/channel/epoll/Epoll could not be changed"));
  }

  /** With the settings of this JVM no address is ours, so the guard lets everything pass. */
  @Test
  void aGuardedChannelDoesWhatItDid() throws Exception {
    Class<?> type = new Loader(true, true).loadClass(EpollTestChannel.class.getName());
    Object channel = type.getConstructor().newInstance();
    assertEquals(
        true,
        type.getMethod("connect", SocketAddress.class, SocketAddress.class)
            .invoke(channel, SOMEWHERE, null));
    InvocationTargetException e =
        assertThrows(
            InvocationTargetException.class,
            () -> type.getMethod("bind", SocketAddress.class).invoke(channel, SOMEWHERE));
    assertEquals("bound to " + SOMEWHERE, Objects.requireNonNull(e.getCause()).getMessage());
    Class<?> guarded = type.getSuperclass();
    assertEquals(AbstractEpollChannel.class.getName(), guarded.getName());
    assertTrue(
        Arrays.stream(guarded.getDeclaredMethods())
            .anyMatch(method -> method.getName().equals("sidestep$check")));
    assertFalse(guarded.equals(AbstractEpollChannel.class));
  }
}
