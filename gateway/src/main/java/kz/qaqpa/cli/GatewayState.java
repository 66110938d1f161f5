package kz.qaqpa.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import kz.qaqpa.Gateway;
import kz.qaqpa.admin.SuspensionDesk;
import kz.qaqpa.admin.audit.Audit;
import kz.qaqpa.admin.audit.AuditTrail;
import kz.qaqpa.admin.audit.DatabaseAuditTrail;
import kz.qaqpa.admission.quota.QuotaBook;
import kz.qaqpa.admission.quota.QuotaStore;
import kz.qaqpa.admission.quota.redis.QuotaSettings;
import kz.qaqpa.admission.quota.redis.QuotaStores;
import kz.qaqpa.admission.quota.redis.RedisSignal;
import kz.qaqpa.admission.suspension.DatabaseSuspensions;
import kz.qaqpa.admission.suspension.SuspensionFile;
import kz.qaqpa.admission.suspension.SuspensionRegister;
import kz.qaqpa.admission.suspension.SuspensionSignal;
import kz.qaqpa.admission.suspension.Suspensions;
import kz.qaqpa.config.Config;
import kz.qaqpa.guard.Guards;
import kz.qaqpa.http.ServerSettings;
import kz.qaqpa.label.stamp.Labelling;
import kz.qaqpa.ledger.Ledger;
import kz.qaqpa.ledger.LedgerFailure;
import kz.qaqpa.ledger.LedgerSettings;
import kz.qaqpa.ledger.Ledgers;
import kz.qaqpa.ledger.db.DatabaseFailure;
import kz.qaqpa.ledger.report.LedgerReader;
import kz.qaqpa.ledger.report.UsageFilter;
import kz.qaqpa.report.UsageSource;

/**
 * What a gateway knows beyond its requests: ledger, quotas, suspensions, and what it labels answers
 * with. Opened before it serves, closed when nothing runs any more.
 */
final class GatewayState implements AutoCloseable {
  /** A database that answers at all answers within this. */
  private static final Duration FIRST_READING = Duration.ofSeconds(10);

  private final Deque<Runnable> closings = new ArrayDeque<>();
  private final Ledgers ledgers;
  private final PastCharges past;
  private final Ledger ledger;
  private final QuotaStore quotas;
  private final AuditTrail trail;
  private final Suspensions suspensions;
  private final SuspensionDesk desk;
  private final Labelling labelling;

  private GatewayState(Config config, ServeSettings all) throws IOException {
    LedgerSettings settings = all.ledger();
    QuotaSettings quota = all.quota();
    try {
      ledgers = opened(Ledgers.open(settings, all.labels().retention()), Ledgers::close);
      // Only now is the folder known to be no other gateway's, whose keys would be replaced.
      labelling = opened(labelling(config, all), Labelling::close);
      past = new PastCharges(ledgers.reader(), InstantSource.system());
      ledger = past.guarding(ledgers.ledger());
      quotas = opened(quotas(quota), QuotaStore::close);
      trail = new DatabaseAuditTrail(ledgers.database());
      SuspensionRegister register = new DatabaseSuspensions(ledgers.database());
      suspensions =
          opened(
              new Suspensions(
                  register, new SuspensionFile(settings.folder()), signal(quota), System::nanoTime),
              Suspensions::close);
      InstantSource clock = InstantSource.system();
      desk =
          opened(
              SuspensionDesk.open(
                  suspensions, register, new Audit(trail, clock), settings.folder(), clock),
              SuspensionDesk::close);
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  /**
   * Opens all of it; waits for disks and servers.
   *
   * @param config where words and keys of labels are found
   * @throws kz.qaqpa.ledger.db.DatabaseFailure in one sentence, if folder, database or password are
   *     not as they should be
   * @throws IllegalArgumentException in one sentence, if a key of labels is not as it should be
   * @throws IllegalStateException if Redis refuses user or password
   */
  static GatewayState open(Config config, ServeSettings settings) {
    try {
      return new GatewayState(config, settings);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private <T> T opened(T part, Consumer<T> close) {
    closings.push(() -> close.accept(part));
    return part;
  }

  private static Labelling labelling(Config config, ServeSettings all) {
    String host = all.server().host();
    return Labelling.open(
        config, all.labels(), all.ledger().folder(), host, ServerSettings.isLoopback(host));
  }

  private QuotaStore quotas(QuotaSettings settings) {
    QuotaStore store = QuotaStores.open(settings, past::all);
    if (store instanceof QuotaBook book) {
      past.restore(book, FIRST_READING);
    }
    return store;
  }

  private SuspensionSignal signal(QuotaSettings settings) {
    if (settings.store() != QuotaSettings.Store.REDIS) {
      return SuspensionSignal.NONE;
    }
    RedisSignal signal = opened(new RedisSignal(settings), RedisSignal::close);
    return new SuspensionSignal() {
      @Override
      public void changed() {
        signal.publish("changed " + Instant.now());
      }

      @Override
      public void onChange(Runnable look) {
        signal.subscribe(_ -> look.run());
      }
    };
  }

  /** Tells what guards the ledger against its database. */
  void guard(Guards guards) {
    ledgers.guard(guards);
  }

  /** What answers are labelled with. */
  Labelling labelling() {
    return labelling;
  }

  /** The ledger and its database. */
  Ledgers ledgers() {
    return ledgers;
  }

  /** Where requests write; without room while quotas are not what the ledger says. */
  Ledger ledger() {
    return ledger;
  }

  /** What requests write, while quotas are what the ledger says, and what was written. */
  Gateway.Books books() {
    return new Gateway.Books(ledger, records(), ledgers.labels());
  }

  private UsageSource records() {
    LedgerReader reader = ledgers.reader();
    return (agency, application, from, to) ->
        reader
            .records(new UsageFilter(agency, application, from, to))
            .onErrorMap(
                DatabaseFailure.class,
                _ -> new LedgerFailure("ledger: cannot be read now (expected: the database back)"));
  }

  QuotaStore quotas() {
    return quotas;
  }

  AuditTrail trail() {
    return trail;
  }

  Suspensions suspensions() {
    return suspensions;
  }

  SuspensionDesk desk() {
    return desk;
  }

  @Override
  public void close() {
    while (!closings.isEmpty()) {
      closings.pop().run();
    }
  }
}
