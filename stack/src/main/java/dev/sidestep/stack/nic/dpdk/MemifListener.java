package dev.sidestep.stack.nic.dpdk;

import dev.sidestep.stack.nic.dpdk.ffi.Descriptors;
import dev.sidestep.stack.nic.dpdk.ffi.SocketFile;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Cleans up behind the memif driver, which forgets about a server's listening socket when the last
 * device on it is closed, but neither closes it nor stops watching it: the next client would be
 * handled by freed memory, and the address stays taken.
 */
final class MemifListener {

  /** /proc/net/unix: flags (0x10000 is SO_ACCEPTCON), type, state, inode, path. */
  private static final Pattern BLANKS = Pattern.compile("\\s+");

  private static final String LISTENING = "00010000";
  private static final int FLAGS_COLUMN = 3;
  private static final int INODE_COLUMN = 6;
  private static final int PATH_COLUMN = 7;

  private static final Map<String, Integer> DEVICES_BY_SOCKET = new HashMap<>();

  private MemifListener() {}

  /**
   * Before a server is attached: removes the socket's file if whoever made it has left it behind,
   * as a process that is killed does, for bind fails as long as there is one.
   *
   * @throws DpdkException when the file is somebody's who lives, or no socket at all
   */
  static synchronized void makeRoom(DeviceString device) {
    Path file = Path.of(MemifSocket.path(device));
    if (!MemifSocket.isServer(device)
        || !MemifSocket.hasFile(device)
        || DEVICES_BY_SOCKET.getOrDefault(MemifSocket.nameInProc(device), 0) > 0
        || !Files.exists(file)) {
      return;
    }
    if (!isSpecial(file) || !SocketFile.isAbandoned(file.toString())) {
      throw device.wrong(
          file
              + " is in use, by a server that runs or as a file that is no socket; give this server"
              + " another socket=, or make it the client there with role=client");
    }
    try {
      Files.delete(file);
      EalLog.logger()
          .log(
              System.Logger.Level.INFO,
              "{0}: a server that is gone had left {1}",
              device.name(),
              file);
    } catch (IOException e) {
      throw device.wrong("a server that is gone has left " + file + "; remove it: " + e);
    }
  }

  // Connecting to a file that is no socket is refused, too.
  private static boolean isSpecial(Path file) {
    try {
      return Files.readAttributes(file, BasicFileAttributes.class).isOther();
    } catch (IOException unreadable) {
      return false;
    }
  }

  /** A device is attached. */
  static synchronized void attached(DeviceString device) {
    if (MemifSocket.isServer(device)) {
      DEVICES_BY_SOCKET.merge(MemifSocket.nameInProc(device), 1, Integer::sum);
    }
  }

  /** A device is detached; with the last one of its socket, the socket goes. */
  static synchronized void detached(DeviceString device) {
    if (!MemifSocket.isServer(device)) {
      return;
    }
    String name = MemifSocket.nameInProc(device);
    if (DEVICES_BY_SOCKET.merge(name, -1, Integer::sum) == 0) {
      try {
        retire(name);
      } catch (IOException e) {
        EalLog.logger().log(System.Logger.Level.DEBUG, "socket {0} stays open: {1}", name, e);
      }
    }
  }

  private static void retire(String name) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/thread-self/net/unix"))) {
      String[] columns = BLANKS.split(line.strip(), PATH_COLUMN + 1);
      if (columns.length > PATH_COLUMN
          && columns[PATH_COLUMN].equals(name)
          && columns[FLAGS_COLUMN].equals(LISTENING)) {
        retireInode(columns[INODE_COLUMN]);
      }
    }
  }

  private static void retireInode(String inode) throws IOException {
    String target = "socket:[" + inode + "]";
    try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path descriptor : descriptors) {
        if (Files.isSymbolicLink(descriptor)
            && Files.readSymbolicLink(descriptor).toString().equals(target)) {
          Descriptors.retire(Integer.parseInt(descriptor.getFileName().toString()));
        }
      }
    }
  }
}
