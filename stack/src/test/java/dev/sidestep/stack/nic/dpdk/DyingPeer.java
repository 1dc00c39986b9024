package dev.sidestep.stack.nic.dpdk;

import dev.sidestep.stack.nic.NicDevice;
import dev.sidestep.stack.nic.NicQueue;
import dev.sidestep.stack.packet.PacketBuffer;
import java.util.List;

/**
 * Two programs that flood each other over memif with frames as large as can be. The client dies on
 * the spot a moment after they have met; the server says {@code outlived} after so many clients.
 */
final class DyingPeer {

  private static final int MTU_BYTES = 60_000;
  private static final int BURST = 32;
  private static final int BURSTS_BEFORE_DEATH = 200;

  private DyingPeer() {}

  public static void main(String[] arguments) {
    boolean server = arguments[0].equals("server");
    String device = "net_memif0,rsize=8,role=" + arguments[0] + ",socket=" + arguments[1];
    int clients = server ? Integer.parseInt(arguments[2]) : 1;
    DpdkOptions options = DpdkOptions.defaults().withMtuBytes(MTU_BYTES).withPoolBuffers(1023);
    try (NicDevice link = DpdkDevices.open(List.of(device), options).getFirst()) {
      PacketBuffer[] frames = new PacketBuffer[BURST];
      for (int i = 0; i < clients; i++) {
        while (!link.linkUp()) {
          Thread.onSpinWait();
        }
        for (int bursts = 0; link.linkUp(); bursts++) {
          flood(link.queue(0), frames);
          if (!server && bursts == BURSTS_BEFORE_DEATH) {
            Runtime.getRuntime().halt(9);
          }
        }
      }
      System.out.println("outlived " + clients);
    }
  }

  private static void flood(NicQueue queue, PacketBuffer[] frames) {
    int received = queue.rxBurst(frames);
    for (int i = 0; i < received; i++) {
      frames[i].free();
    }
    int offered = 0;
    while (offered < BURST) {
      PacketBuffer frame = queue.pool().allocate();
      if (frame == null) {
        break;
      }
      frame.append(MTU_BYTES);
      frames[offered++] = frame;
    }
    for (int i = queue.txBurst(frames, 0, offered); i < offered; i++) {
      frames[i].free();
    }
  }
}
