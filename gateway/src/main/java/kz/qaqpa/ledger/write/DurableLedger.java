package kz.qaqpa.ledger.write;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import kz.qaqpa.guard.Guards;
import kz.qaqpa.ledger.IssuedLabel;
import kz.qaqpa.ledger.Ledger;
import kz.qaqpa.ledger.LedgerFailure;
import kz.qaqpa.ledger.LedgerStats;
import kz.qaqpa.ledger.LedgerStats.Lost;
import kz.qaqpa.ledger.LedgerStats.Spooled;
import kz.qaqpa.ledger.UsageRecord;
import kz.qaqpa.ledger.db.Database;
import kz.qaqpa.ledger.spool.Entry;
import kz.qaqpa.ledger.spool.Spool;
import kz.qaqpa.ledger.write.GroupQueue.Pending;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * A ledger whose records are in the database, or in the spool on this machine's disk, before
 * anybody is told so. Two threads of its own: one commits, one empties the spool and deletes old
 * labels. What is told is told on the thread that commits, which must not be kept: go on elsewhere.
 */
public final class DurableLedger implements Ledger, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DurableLedger.class);

  /** Less room in memory than this, and no new work is taken. */
  private static final int FULL = GroupQueue.CAPACITY / 2;

  private static final Duration LOOK = Duration.ofMillis(20);
  private static final Duration END = Duration.ofSeconds(30);
  private static final double MILLIS = 1e3;

  private final GroupQueue queue;
  private final DatabaseGate gate;
  private final Spool spool;
  private final InstantSource clock;
  private final RefusalTally refusals = new RefusalTally();
  private final GroupCommit commit;
  private final Caretaker caretaker;
  private final Thread committing;
  private final Thread caring;

  private DurableLedger(Database database, Spool spool, Timing timing, InstantSource clock) {
    this.spool = spool;
    this.clock = clock;
    queue = new GroupQueue(timing.commitDelay());
    gate = new DatabaseGate(database, timing.commitTimeout());
    commit = new GroupCommit(queue, gate, spool);
    caretaker =
        new Caretaker(gate, spool, refusals, new LabelRetention(database, timing, clock), clock);
    committing = Thread.ofPlatform().daemon().name("ledger-commit").unstarted(commit);
    caring = Thread.ofPlatform().daemon().name("ledger-spool").unstarted(caretaker);
  }

  /**
   * How commits are timed, and how long what they wrote stays.
   *
   * @param commitDelay how long records may be gathered for one
   * @param commitTimeout after which one counts as failed
   * @param labelRetention age at which labels are deleted
   */
  public record Timing(Duration commitDelay, Duration commitTimeout, Duration labelRetention) {}

  /**
   * Starts its threads; what is in the spool is written to the database from now on.
   *
   * @param spool closed with the ledger
   */
  public static DurableLedger start(
      Database database, Spool spool, Timing timing, InstantSource clock) {
    DurableLedger ledger = new DurableLedger(database, spool, timing, clock);
    ledger.committing.start();
    ledger.caring.start();
    return ledger;
  }

  @Override
  public Mono<Void> append(UsageRecord record, @Nullable IssuedLabel label) {
    Sinks.Empty<Void> done = Sinks.empty();
    Entry entry;
    try {
      entry = CleanRecord.of(record, label);
    } catch (LedgerFailure failure) {
      LOG.error("{}", failure.text());
      return Mono.error(failure);
    }
    if (!queue.offer(new Pending(entry, done, System.nanoTime()))) {
      return Mono.error(new LedgerFailure("ledger: too many records wait, or it is closed"));
    }
    return done.asMono();
  }

  @Override
  public void refused(String agency, String application, String reason, Instant at) {
    refusals.count(agency, application, reason, at);
  }

  @Override
  public @Nullable String full() {
    return queue.size() > FULL ? "the ledger is behind" : spool.state().full();
  }

  /**
   * Completes once nothing waits in the spool: then the database has all that anybody was told to
   * be durable before this was subscribed to.
   *
   * @return fails with {@link LedgerFailure} if that takes longer than {@code patience}
   */
  public Mono<Void> settled(Duration patience) {
    return Mono.defer(() ->
        isSettled()
            ? Mono.empty()
            : Flux.interval(LOOK)
                .filter(_ -> isSettled())
                .next()
                .timeout(patience, Mono.error(this::behind))
                .then());
  }

  private boolean isSettled() {
    return spool.state().records() == 0;
  }

  private LedgerFailure behind() {
    return new LedgerFailure(
        "ledger: "
            + spool.state().records()
            + " records are not in the database yet (expected: none); try again later");
  }

  /** As of now; does not wait. */
  public LedgerStats stats() {
    Spool.State state = spool.state();
    double spooledFor = state.records() == 0 ? 0 : (clock.millis() - state.oldestMillis()) / MILLIS;
    return new LedgerStats(
        Math.max(0, Math.max(queue.lagSeconds(), spooledFor)),
        queue.size(),
        new Spooled(state.records(), state.bytes(), state.capacity()),
        commit.committed() + caretaker.committed(),
        gate.commits(),
        gate.failures(),
        new Lost(state.dropped(), commit.failed(), refusals.lost()),
        gate.state());
  }

  /** Tells what guards it against a database that fails or is slow. */
  public void guard(Guards guards) {
    gate.guard(guards);
  }

  /** Takes no more, writes what it has, and lets go of the spool. Blocks. */
  @Override
  public void close() {
    queue.close();
    try {
      committing.join(END);
      caretaker.end();
      caring.join(END);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    spool.close();
  }
}
