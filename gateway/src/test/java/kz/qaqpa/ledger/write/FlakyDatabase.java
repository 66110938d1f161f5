package kz.qaqpa.ledger.write;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import kz.qaqpa.ledger.db.Database;
import kz.qaqpa.ledger.db.DatabaseFailure;
import kz.qaqpa.ledger.db.Row;
import kz.qaqpa.ledger.db.Statement;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** A database that does what it is told to do wrong. Reading always works. */
final class FlakyDatabase implements Database {
  /** How it takes what is written. */
  enum Mode {
    /** As a database should. */
    WORKS,
    /** Not at all. */
    FAILS,
    /** Never answers, and writes nothing. */
    HANGS,
    /** Writes, and says that it did not. */
    LOSES_REPLIES,
    /** Writes, and never answers. */
    HANGS_AFTERWARDS
  }

  private final Database real;
  private final List<List<Statement>> transactions = new CopyOnWriteArrayList<>();
  private volatile Mode mode = Mode.WORKS;

  FlakyDatabase(Database real) {
    this.real = real;
  }

  void be(Mode mode) {
    this.mode = mode;
  }

  /** What was written, or tried to be, in its order. */
  List<List<Statement>> transactions() {
    return transactions;
  }

  @Override
  public Mono<Long> update(String sql, @Nullable Object... parameters) {
    return real.update(sql, parameters);
  }

  @Override
  public Mono<Void> transaction(List<Statement> statements) {
    return Mono.defer(() -> {
      transactions.add(statements);
      return switch (mode) {
        case WORKS -> real.transaction(statements);
        case FAILS -> Mono.error(failure());
        case HANGS -> Mono.never();
        case LOSES_REPLIES -> real.transaction(statements).then(Mono.error(failure()));
        case HANGS_AFTERWARDS -> real.transaction(statements).then(Mono.never());
      };
    });
  }

  @Override
  public <T> Flux<T> query(Function<Row, T> mapper, String sql, @Nullable Object... parameters) {
    return real.query(mapper, sql, parameters);
  }

  private static DatabaseFailure failure() {
    return DatabaseFailure.away("ledger: told to fail", null);
  }

  @Override
  public void close() {
    real.close();
  }
}
