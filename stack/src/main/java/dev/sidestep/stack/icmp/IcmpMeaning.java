package dev.sidestep.stack.icmp;

import dev.sidestep.stack.icmp.IcmpError.Meaning;
import dev.sidestep.stack.wire.IcmpHeader;

/** What the types and codes of IPv4's ICMP errors mean (Linux: icmp_err and icmp_err_convert). */
final class IcmpMeaning {

  private IcmpMeaning() {}

  static Meaning of(int type, int code) {
    return switch (type) {
      case IcmpHeader.DESTINATION_UNREACHABLE -> unreachable(code);
      case IcmpHeader.TIME_EXCEEDED -> Meaning.HOST_UNREACHABLE;
      default -> Meaning.OTHER;
    };
  }

  private static Meaning unreachable(int code) {
    return switch (code) {
      case IcmpHeader.NET_UNREACHABLE -> Meaning.NET_UNREACHABLE;
      case IcmpHeader.PORT_UNREACHABLE, IcmpHeader.PROTOCOL_UNREACHABLE -> Meaning.REFUSED;
      case IcmpHeader.FRAGMENTATION_NEEDED -> Meaning.PACKET_TOO_BIG;
      default -> Meaning.HOST_UNREACHABLE;
    };
  }

  /** Unreachable for this kind of service, or by this way, may be another matter tomorrow. */
  static boolean isHard(int type, int code) {
    return switch (type) {
      case IcmpHeader.DESTINATION_UNREACHABLE ->
          switch (code) {
            case IcmpHeader.NET_UNREACHABLE,
                IcmpHeader.HOST_UNREACHABLE,
                IcmpHeader.FRAGMENTATION_NEEDED,
                IcmpHeader.SOURCE_ROUTE_FAILED,
                IcmpHeader.NET_UNREACHABLE_FOR_SERVICE,
                IcmpHeader.HOST_UNREACHABLE_FOR_SERVICE ->
                false;
            default -> true;
          };
      case IcmpHeader.PARAMETER_PROBLEM -> true;
      default -> false;
    };
  }
}
