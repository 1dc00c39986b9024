package dev.sidestep.stack.tcp;

import dev.sidestep.stack.wire.IpAddress;

/**
 * One line of a socket dump (ss -tin): a connection, half-open connection or listener at one
 * moment. Fields a state does not have are 0.
 *
 * @param sendQueueBytes written and not acknowledged
 * @param receiveQueueBytes received in order and not read
 * @param sndWnd the peer's window, scaled up
 * @param rcvWnd the window we have offered
 * @param congestionWindowBytes cwnd
 * @param slowStartThresholdBytes ssthresh
 * @param smoothedRttNanos SRTT, 0 before the first sample
 * @param rtoNanos the retransmission timeout, backed off
 * @param mssBytes payload bytes of a full segment
 */
public record TcbSnapshot(
    IpAddress localAddress,
    int localPort,
    IpAddress remoteAddress,
    int remotePort,
    TcpState state,
    int sendQueueBytes,
    int receiveQueueBytes,
    int sndUna,
    int sndNxt,
    int sndWnd,
    int rcvNxt,
    int rcvWnd,
    int congestionWindowBytes,
    int slowStartThresholdBytes,
    long smoothedRttNanos,
    long rtoNanos,
    int mssBytes,
    int retransmissions) {}
