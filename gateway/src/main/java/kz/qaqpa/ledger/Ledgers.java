package kz.qaqpa.ledger;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.InstantSource;
import kz.qaqpa.config.UserPath;
import kz.qaqpa.guard.Bulkhead;
import kz.qaqpa.guard.Guards;
import kz.qaqpa.ledger.LedgerSettings.WhenFull;
import kz.qaqpa.ledger.db.Database;
import kz.qaqpa.ledger.db.DatabaseFailure;
import kz.qaqpa.ledger.db.Databases;
import kz.qaqpa.ledger.db.PostgresAddress;
import kz.qaqpa.ledger.label.LabelReader;
import kz.qaqpa.ledger.report.LedgerReader;
import kz.qaqpa.ledger.spool.Spool;
import kz.qaqpa.ledger.write.DurableLedger;
import kz.qaqpa.ledger.write.DurableLedger.Timing;
import org.jspecify.annotations.Nullable;

/** The ledger and all that belongs to it, opened and closed together. */
public final class Ledgers implements AutoCloseable {
  /** What a reading waits for records that are still in the spool. */
  private static final Duration SETTLE = Duration.ofSeconds(30);

  private final FolderLock lock;
  private final Database database;
  private final DurableLedger ledger;
  private final int readers;

  private Ledgers(FolderLock lock, Database database, DurableLedger ledger, int readers) {
    this.readers = readers;
    this.lock = lock;
    this.database = database;
    this.ledger = ledger;
  }

  /**
   * Opens the database, makes or changes its tables, and starts the ledger. Blocks: some hundred
   * milliseconds, so do it beside loading a model.
   *
   * <p>A PostgreSQL server that does not answer is logged and tried again every second; until then
   * records go to the spool, and everything else fails with {@link DatabaseFailure}.
   *
   * @param labelRetention age at which labels are deleted
   * @throws DatabaseFailure in one sentence, if folder, database or password are not as they should
   */
  public static Ledgers open(LedgerSettings settings, Duration labelRetention) {
    FolderLock lock = FolderLock.take(settings.folder());
    Database database = null;
    try {
      database = database(settings);
      boolean drop = settings.whenFull() == WhenFull.DROP_OLDEST_AND_COUNT;
      InstantSource clock = InstantSource.system();
      Spool spool =
          Spool.open(
              Files.createDirectories(settings.folder().resolve("spool")),
              settings.spoolBytes(),
              drop,
              clock);
      Timing timing = new Timing(settings.commitDelay(), settings.commitTimeout(), labelRetention);
      return new Ledgers(
          lock, database, DurableLedger.start(database, spool, timing, clock), settings.poolSize());
    } catch (IOException e) {
      close(database, lock);
      throw FolderLock.unusable(settings.folder(), e);
    } catch (RuntimeException e) {
      close(database, lock);
      throw e;
    }
  }

  private static Database database(LedgerSettings settings) {
    if (settings.url().isEmpty()) {
      return Databases.embedded(settings.folder(), settings.poolSize());
    }
    return Databases.postgres(
        PostgresAddress.of(settings.url(), settings.user(), password(settings.passwordFile())),
        settings.poolSize(),
        settings.commitTimeout());
  }

  private static String password(String file) {
    if (file.isEmpty()) {
      return "";
    }
    try {
      return Files.readString(UserPath.of(file)).strip();
    } catch (IOException e) {
      throw new DatabaseFailure(
          "ledger.passwordFile: " + file + ": cannot be read (expected: a file with a password)",
          e);
    }
  }

  /** The database, for what has tables of its own. */
  public Database database() {
    return database;
  }

  /** Where requests write. */
  public Ledger ledger() {
    return ledger;
  }

  /** What was written. */
  public LedgerReader reader() {
    return new LedgerReader(database, () -> ledger.settled(SETTLE));
  }

  /** The labels that were issued. */
  public LabelReader labels() {
    return new LabelReader(database, () -> ledger.settled(SETTLE));
  }

  /** For metrics; does not wait. */
  public LedgerStats stats() {
    return ledger.stats();
  }

  /** Tells what guards it: circuit breaker and time limit of writing, connections of reading. */
  public void guard(Guards guards) {
    ledger.guard(guards);
    guards.add(new Bulkhead("database", readers, database::reading));
  }

  /** Writes what is there, and lets go of everything. Blocks; to be called when no request runs. */
  @Override
  public void close() {
    ledger.close();
    close(database, lock);
  }

  private static void close(@Nullable Database database, FolderLock lock) {
    if (database != null) {
      database.close();
    }
    lock.close();
  }
}
