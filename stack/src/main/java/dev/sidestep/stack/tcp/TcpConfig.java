package dev.sidestep.stack.tcp;

import java.util.concurrent.TimeUnit;

/**
 * The knobs of TCP, Linux's sysctls in the main. Immutable.
 *
 * @param receiveBufferBytes capacity a receive queue starts with (tcp_rmem[1])
 * @param sendBufferBytes capacity a send queue starts with (tcp_wmem[1])
 * @param maxBufferBytes capacity up to which queues grow by themselves (tcp_rmem[2], tcp_wmem[2])
 * @param initialRtoNanos RTO before there is an RTT sample (RFC 6298 §2.1)
 * @param minRtoNanos least RTO above the smoothed RTT (TCP_RTO_MIN; RFC 6298 §2.4 would say 1 s)
 * @param maxRtoNanos cap of the backed off RTO (TCP_RTO_MAX; RFC 6298 §2.5)
 * @param synRetries SYNs sent again before a connect fails (tcp_syn_retries)
 * @param synAckRetries SYN-ACKs sent again before a half-open connection is forgotten
 *     (tcp_synack_retries)
 * @param retransmissions times a segment is sent again before the connection fails (tcp_retries2;
 *     R2 of RFC 9293 §3.8.3)
 * @param orphanRetransmissions the same once the application has closed (tcp_orphan_retries)
 * @param delayedAckNanos how long an ACK waits for company (TCP_DELACK_MIN; MUST-40: below 500 ms)
 * @param timeWaitNanos length of TIME-WAIT (TCP_TIMEWAIT_LEN; 2 MSL)
 * @param finWait2Nanos how long a closed socket waits for the peer's FIN (tcp_fin_timeout)
 * @param maxTimeWaits connections in TIME-WAIT at once (tcp_max_tw_buckets)
 * @param maxOrphans closed sockets that still have something to deliver (tcp_max_orphans)
 * @param maxHalfOpen half-open connections of one listener (tcp_max_syn_backlog)
 */
public record TcpConfig(
    int receiveBufferBytes,
    int sendBufferBytes,
    int maxBufferBytes,
    long initialRtoNanos,
    long minRtoNanos,
    long maxRtoNanos,
    int synRetries,
    int synAckRetries,
    int retransmissions,
    int orphanRetransmissions,
    long delayedAckNanos,
    long timeWaitNanos,
    long finWait2Nanos,
    int maxTimeWaits,
    int maxOrphans,
    int maxHalfOpen) {

  /** Linux's values, where Linux has the knob. */
  public static TcpConfig defaults() {
    return new TcpConfig(
        256 << 10,
        256 << 10,
        32 << 20,
        TimeUnit.SECONDS.toNanos(1),
        TimeUnit.MILLISECONDS.toNanos(200),
        TimeUnit.SECONDS.toNanos(120),
        6,
        5,
        15,
        8,
        TimeUnit.MILLISECONDS.toNanos(40),
        TimeUnit.SECONDS.toNanos(60),
        TimeUnit.SECONDS.toNanos(60),
        131_072,
        65_536,
        4096);
  }
}
