package dev.sidestep.compat.overload;

import dev.sidestep.samples.Options;
import dev.sidestep.stack.nic.NicDevice;
import dev.sidestep.stack.nic.NicQueue;
import dev.sidestep.stack.nic.dpdk.DpdkDevices;
import dev.sidestep.stack.nic.dpdk.DpdkOptions;
import dev.sidestep.stack.packet.PacketBuffer;
import dev.sidestep.stack.wire.ArpHeader;
import dev.sidestep.stack.wire.EthernetHeader;
import dev.sidestep.stack.wire.IpAddress;
import dev.sidestep.stack.wire.MacAddress;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Sends a flood as fast as a device takes it, or at a rate. Prints {@code flooding} when it begins
 * and after each second {@code flooded frames_per_second=…}.
 */
public final class FloodSender {

  private static final int BURST_FRAMES = 32;
  private static final int FRAMES = 1 << 16;
  private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long ARP_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final NicDevice device;
  private final NicQueue queue;
  private final PacketBuffer[] burst = new PacketBuffer[BURST_FRAMES];

  /** The frame to be sent next. */
  private int next;

  private FloodSender(NicDevice device) {
    this.device = device;
    this.queue = device.queue(0);
  }

  /** Floods. */
  public static void main(String[] args) {
    Options options =
        new Options("FloodSender", "Floods an address with frames that it does not want.")
            .value("device", "", "DPDK device string of the link")
            .value("host", "10.77.0.1", "the victim's IPv4 address")
            .value("port", "7007", "the port where it listens")
            .value("own", "10.77.0.3", "an address of the link for the sender itself")
            .value("kind", "garbage", "udp, unknown, malformed, garbage, stray or syn")
            .value("rate", "0", "frames per second; 0 for as many as the device takes")
            .value("seconds", "10", "how long")
            .parse(args);
    int host = address(options.text("host"));
    List<String> devices = List.of(options.text("device"));
    try (NicDevice device = DpdkDevices.open(devices, DpdkOptions.defaults()).getFirst()) {
      FloodSender sender = new FloodSender(device);
      long mac = sender.resolve(host, address(options.text("own")));
      Flood flood = new Flood(mac, device.macAddress(), host, options.smallNumber("port"));
      byte[][] frames = flood.frames(Flood.Kind.of(options.text("kind")), FRAMES);
      System.out.println("flooding");
      sender.send(frames, options.number("rate"), options.number("seconds"));
    }
  }

  private static int address(String text) {
    return (int) IpAddress.of(InetAddress.ofLiteral(text)).low();
  }

  /** Asks for the victim's MAC address. */
  private long resolve(int host, int own) {
    long startNanos = System.nanoTime();
    long askedNanos = startNanos - ARP_NANOS;
    while (System.nanoTime() - startNanos < PATIENCE_NANOS) {
      if (System.nanoTime() - askedNanos >= ARP_NANOS) {
        askedNanos = System.nanoTime();
        ask(host, own);
      }
      int received = queue.rxBurst(burst);
      long mac = MacAddress.NONE;
      for (int i = 0; i < received; i++) {
        mac = Math.max(mac, answer(burst[i], host));
        burst[i].free();
      }
      if (mac != MacAddress.NONE) {
        return mac;
      }
    }
    throw new IllegalStateException("nobody answers for the address");
  }

  private void ask(int host, int own) {
    PacketBuffer packet = queue.pool().allocate();
    if (packet == null || !device.linkUp()) {
      return;
    }
    int at = packet.append(EthernetHeader.LENGTH_BYTES + ArpHeader.LENGTH_BYTES);
    MemorySegment memory = packet.memory();
    long mac = device.macAddress();
    EthernetHeader.write(memory, at, MacAddress.BROADCAST, mac, EthernetHeader.TYPE_ARP);
    ArpHeader.write(memory, at + EthernetHeader.LENGTH_BYTES, ArpHeader.REQUEST, mac, own, 0, host);
    burst[0] = packet;
    if (queue.txBurst(burst, 0, 1) == 0) {
      packet.free();
    }
  }

  private static long answer(PacketBuffer frame, int host) {
    MemorySegment memory = frame.memory();
    int at = frame.offset();
    int arp = at + EthernetHeader.LENGTH_BYTES;
    boolean answers =
        frame.length() >= EthernetHeader.LENGTH_BYTES + ArpHeader.LENGTH_BYTES
            && EthernetHeader.type(memory, at) == EthernetHeader.TYPE_ARP
            && ArpHeader.operation(memory, arp) == ArpHeader.REPLY
            && ArpHeader.senderIp(memory, arp) == host;
    return answers ? ArpHeader.senderMac(memory, arp) : MacAddress.NONE;
  }

  private void send(byte[][] frames, long rate, long seconds) {
    for (long second = 0; second < seconds; second++) {
      System.out.println("flooded frames_per_second=" + sendOneSecond(frames, rate));
    }
  }

  private long sendOneSecond(byte[][] frames, long rate) {
    long startNanos = System.nanoTime();
    long sent = 0;
    long elapsedNanos = 0;
    while (elapsedNanos < SECOND_NANOS) {
      if (rate == 0 || sent < elapsedNanos * rate / SECOND_NANOS) {
        sent += sendBurst(frames);
      }
      // What comes back must not fill our ring: it would be dropped at less cost than it has.
      receive();
      elapsedNanos = System.nanoTime() - startNanos;
    }
    return sent;
  }

  private int sendBurst(byte[][] frames) {
    int count = 0;
    PacketBuffer packet = filled(frames[next]);
    while (packet != null && count < BURST_FRAMES) {
      burst[count++] = packet;
      next = (next + 1) % frames.length;
      packet = count < BURST_FRAMES ? filled(frames[next]) : null;
    }
    int taken = queue.txBurst(burst, 0, count);
    for (int i = taken; i < count; i++) {
      burst[i].free();
    }
    return taken;
  }

  private @Nullable PacketBuffer filled(byte[] frame) {
    PacketBuffer packet = queue.pool().allocate();
    if (packet != null) {
      int at = packet.append(frame.length);
      MemorySegment.copy(MemorySegment.ofArray(frame), 0, packet.memory(), at, frame.length);
    }
    return packet;
  }

  private void receive() {
    int received = queue.rxBurst(burst);
    for (int i = 0; i < received; i++) {
      burst[i].free();
    }
  }
}
