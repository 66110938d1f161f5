package kz.qaqpa.ledger.write;

import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import kz.qaqpa.ledger.db.Statement;
import kz.qaqpa.ledger.label.LabelRows;
import kz.qaqpa.ledger.spool.Entry;
import kz.qaqpa.ledger.spool.RecordCodec;
import kz.qaqpa.ledger.spool.Spool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is done beside the commits: the spool is emptied into the database, in its order; refusals
 * are written when their minute is over; old labels go; a database or a disk that failed is tried
 * again. A thread of its own, which waits for either.
 */
final class Caretaker implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(Caretaker.class);
  private static final long ROUND_MILLIS = 100;

  /** Changes nothing, and needs all that a change needs. */
  private static final List<Statement> NOTHING =
      List.of(Statement.of("update suspension set reason = reason where 1 = 0"));

  private final DatabaseGate gate;
  private final Spool spool;
  private final RefusalTally refusals;
  private final LabelRetention retention;
  private final InstantSource clock;
  private final CountDownLatch end = new CountDownLatch(1);
  private final AtomicLong committed = new AtomicLong();

  Caretaker(
      DatabaseGate gate,
      Spool spool,
      RefusalTally refusals,
      LabelRetention retention,
      InstantSource clock) {
    this.gate = gate;
    this.spool = spool;
    this.refusals = refusals;
    this.retention = retention;
    this.clock = clock;
  }

  @Override
  public void run() {
    try {
      do {
        round();
      } while (!end.await(ROUND_MILLIS, TimeUnit.MILLISECONDS));
      refusals.close(Instant.MAX);
      writeRefusals();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void round() {
    try {
      drain();
      refusals.close(clock.instant().truncatedTo(ChronoUnit.MINUTES));
      writeRefusals();
      if (gate.isOpen()) {
        retention.round();
      } else {
        gate.write(NOTHING);
      }
      spool.probe();
    } catch (IOException e) {
      LOG.error("the spool cannot be read: {}", e.getClass().getSimpleName());
    } catch (RuntimeException e) { // It has to go on.
      LOG.error("unforeseen: {}", e.getClass().getName());
    }
  }

  private void drain() throws IOException {
    Spool.Batch batch = spool.state().records() == 0 ? null : spool.oldest();
    while (batch != null) {
      List<byte[]> next = batch.next(GroupQueue.GROUP);
      while (!next.isEmpty()) {
        if (ended() || !write(batch, next)) {
          return;
        }
        batch.taken(next.size());
        next = batch.next(GroupQueue.GROUP);
      }
      batch = spool.oldest();
    }
  }

  private boolean write(Spool.Batch batch, List<byte[]> spooled) {
    List<Entry> entries = new ArrayList<>();
    for (byte[] bytes : spooled) {
      RecordCodec.entry(bytes).ifPresent(entries::add);
    }
    if (entries.size() < spooled.size()) {
      LOG.error("{} spooled records are of another version", spooled.size() - entries.size());
      batch.keepAside();
    }
    if (!entries.isEmpty() && !gate.write(LabelRows.withRecords(entries))) {
      return false;
    }
    committed.addAndGet(entries.size());
    return true;
  }

  private void writeRefusals() {
    List<Statement> rows = refusals.oldest();
    while (!rows.isEmpty() && gate.isOpen() && gate.write(rows)) {
      refusals.written();
      rows = refusals.oldest();
    }
  }

  private boolean ended() {
    return end.getCount() == 0;
  }

  /** Ends after the commit under way, and after refusals are written. */
  void end() {
    end.countDown();
  }

  /** Records that came by way of the spool. */
  long committed() {
    return committed.get();
  }
}
