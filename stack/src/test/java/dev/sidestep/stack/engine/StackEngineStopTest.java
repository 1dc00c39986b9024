package dev.sidestep.stack.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sidestep.stack.config.ConfigException;
import dev.sidestep.stack.config.SettingsReader;
import dev.sidestep.stack.config.StackConfig;
import dev.sidestep.stack.nic.LoopbackDevice;
import dev.sidestep.stack.nic.NicCapabilities;
import dev.sidestep.stack.nic.NicDevice;
import dev.sidestep.stack.nic.NicQueue;
import dev.sidestep.stack.packet.PacketBuffer;
import dev.sidestep.stack.packet.PacketPool;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The end of the stack, whatever its threads are at. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class StackEngineStopTest {

  private static final int BUFFERS = 64;

  private final WatchedDevice device = new WatchedDevice();

  private StackEngine start() throws ConfigException {
    Properties settings = new Properties();
    settings.setProperty("sidestep.device", "net_null0");
    settings.setProperty("sidestep.address", "192.0.2.1/24");
    StackConfig config = new SettingsReader(settings, null).read();
    Network network = new Network(List.of(device), new LoopbackDevice(BUFFERS), null, config);
    return StackEngine.start(config, network);
  }

  @Test
  void aThreadThatHangsInADriverHoldsUpNoExit() throws Exception {
    StackEngine engine = start();
    device.hang();
    Thread stuck = Thread.ofPlatform().start(engine::pollOnce);
    device.awaitHanging();
    engine.stop();
    assertFalse(device.closed, "the device is closed under a thread that uses it");
    device.goOn();
    stuck.join();
    engine.close();
    assertFalse(device.closed);
  }

  @Test
  void noBurstTouchesADeviceThatIsClosed() throws Exception {
    StackEngine engine = start();
    List<Thread> pollers = new ArrayList<>();
    CountDownLatch polling = new CountDownLatch(3);
    for (int i = 0; i < polling.getCount(); i++) {
      pollers.add(Thread.ofPlatform().start(() -> pollUntilClosed(engine, polling)));
    }
    polling.await();
    engine.close();
    for (Thread poller : pollers) {
      poller.join();
    }
    assertTrue(device.closed);
    assertEquals(0, device.burstsAfterClose);
  }

  private static void pollUntilClosed(StackEngine engine, CountDownLatch polling) {
    while (!engine.isClosed()) {
      if (engine.pollOnce()) {
        polling.countDown();
      }
    }
    engine.pollOnce();
  }

  /** A device that receives nothing, and whose driver can hang. */
  private static final class WatchedDevice implements NicDevice, NicQueue {

    private final LoopbackDevice buffers = new LoopbackDevice(BUFFERS);
    private final CountDownLatch hanging = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);
    private volatile boolean hangs;
    private volatile boolean closed;
    private volatile int burstsAfterClose;

    void hang() {
      hangs = true;
    }

    void awaitHanging() throws InterruptedException {
      hanging.await();
    }

    void goOn() {
      hangs = false;
      released.countDown();
    }

    @Override
    @SuppressWarnings("NonAtomicVolatileUpdate") // the shard has one owner at a time
    public int rxBurst(PacketBuffer[] into) {
      if (closed) {
        burstsAfterClose++;
      }
      if (hangs) {
        hanging.countDown();
        awaitUninterruptibly(released);
      }
      return 0;
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
      while (true) {
        try {
          latch.await();
          return;
        } catch (InterruptedException again) {
          // A driver takes no notice either.
        }
      }
    }

    @Override
    public int txBurst(PacketBuffer[] frames, int fromIndex, int count) {
      for (int i = 0; i < count; i++) {
        frames[fromIndex + i].free();
      }
      return count;
    }

    @Override
    public PacketPool pool() {
      return buffers.queue(0).pool();
    }

    @Override
    public String name() {
      return "watched0";
    }

    @Override
    public long macAddress() {
      return 0x02_00_00_00_00_01L;
    }

    @Override
    public NicCapabilities capabilities() {
      return new NicCapabilities(1500, false, false, true, false);
    }

    @Override
    public int queueCount() {
      return 1;
    }

    @Override
    public NicQueue queue(int index) {
      return this;
    }

    @Override
    public boolean linkUp() {
      return true;
    }

    @Override
    public void close() {
      closed = true;
    }
  }
}
