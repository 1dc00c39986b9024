package dev.sidestep.stack.tcp;

/**
 * What stands for SACK where the peer has none: each duplicate ACK says that one segment, nobody
 * knows which, has left the network (RFC 5681 §3.2; Linux: tcp_add_reno_sack).
 */
final class DuplicateAcks {

  private int count;

  int count() {
    return count;
  }

  void clear() {
    count = 0;
  }

  /** Bytes that have left the network. */
  int bytes(int segmentBytes) {
    return count * segmentBytes;
  }

  /** Counts the acknowledgement if it is a duplicate. */
  void count(TransmissionControlBlock tcb, AckReport report, boolean afterTimeout) {
    if (tcb.sackPermitted || !report.isDuplicate()) {
      return;
    }
    // The first hole at least has not arrived (tcp_limit_reno_sacked).
    int most = tcb.segments.count() - 1;
    if (count < most) {
      count++;
      tcb.deliveries.rate.onDelivered(tcb.mssBytes, report);
    } else if (!afterTimeout) {
      tcb.rack.onReordering((long) tcb.segments.count() * tcb.mssBytes, tcb.mssBytes);
    }
  }

  /** One of the segments covered was the hole, the others had been counted as duplicates. */
  void onCovered(TransmissionControlBlock tcb, AckReport report) {
    if (tcb.sackPermitted) {
      return;
    }
    int covered = report.coveredBytes;
    int uncounted = Math.max(Math.min(covered, tcb.mssBytes), covered - bytes(tcb.mssBytes));
    tcb.deliveries.rate.onDelivered(uncounted, report);
    int eaten = Math.max(0, report.coveredSegments - 1);
    int most = Math.max(0, tcb.segments.count() - 1);
    count = Math.min(Math.max(0, count - eaten), most);
  }
}
