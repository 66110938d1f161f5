package kz.qaqpa.ledger.write;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import kz.qaqpa.ledger.LedgerFailure;
import kz.qaqpa.ledger.label.LabelRows;
import kz.qaqpa.ledger.spool.Entry;
import kz.qaqpa.ledger.spool.RecordCodec;
import kz.qaqpa.ledger.spool.Spool;
import kz.qaqpa.ledger.write.GroupQueue.Pending;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes groups of records durable, one after the other: in the database by one transaction, or,
 * when that is away, in the spool by one sync. A thread of its own, which waits for either.
 */
final class GroupCommit implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(GroupCommit.class);

  private final GroupQueue queue;
  private final DatabaseGate gate;
  private final Spool spool;
  private final AtomicLong committed = new AtomicLong();
  private final AtomicLong failed = new AtomicLong();

  GroupCommit(GroupQueue queue, DatabaseGate gate, Spool spool) {
    this.queue = queue;
    this.gate = gate;
    this.spool = spool;
  }

  @Override
  public void run() {
    try {
      List<Pending> group = queue.take();
      while (!group.isEmpty()) {
        write(group);
        group = queue.take();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void write(List<Pending> group) {
    LedgerFailure failure = tryWrite(group.stream().map(Pending::entry).toList());
    for (Pending pending : group) {
      if (failure == null) {
        pending.done().tryEmitEmpty();
      } else {
        pending.done().tryEmitError(failure);
      }
    }
  }

  private @Nullable LedgerFailure tryWrite(List<Entry> entries) {
    try {
      if (gate.isOpen() && gate.write(LabelRows.withRecords(entries))) {
        committed.addAndGet(entries.size());
        return null;
      }
      if (spool.append(entries.stream().map(RecordCodec::bytes).toList())) {
        return null;
      }
      return failure(entries, "the database is away and the spool is full");
    } catch (IOException e) {
      return failure(entries, "the database is away and the disk of the spool takes nothing");
    } catch (RuntimeException e) { // Whatever it is, those who wait must be told.
      return failure(entries, e.getClass().getSimpleName());
    }
  }

  private LedgerFailure failure(List<Entry> entries, String reason) {
    failed.addAndGet(entries.size());
    LOG.error("{} records could be kept nowhere: {}", entries.size(), reason);
    return new LedgerFailure("ledger: " + reason);
  }

  /** Records that went straight to the database. */
  long committed() {
    return committed.get();
  }

  /** Records that went nowhere. */
  long failed() {
    return failed.get();
  }
}
