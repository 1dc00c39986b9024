package dev.sidestep.stack.nic.dpdk;

/** Names of the errno values DPDK's control calls return (asm-generic/errno.h). */
final class Errno {

  static final int ENOENT = 2;
  static final int ENOMEM = 12;
  static final int EFAULT = 14;
  static final int EEXIST = 17;
  static final int ENODEV = 19;
  static final int EINVAL = 22;
  static final int ENOTSUP = 95;

  private Errno() {}

  static String name(int errno) {
    return switch (errno) {
      case ENOENT -> "ENOENT, no such file, device or key";
      case ENOMEM -> "ENOMEM, out of memory";
      case 13 -> "EACCES, permission denied";
      case 16 -> "EBUSY, in use";
      case EEXIST -> "EEXIST, exists already";
      case ENODEV -> "ENODEV, no such device";
      case EINVAL -> "EINVAL, invalid argument";
      case ENOTSUP -> "ENOTSUP, not supported";
      default -> "errno " + errno;
    };
  }
}
