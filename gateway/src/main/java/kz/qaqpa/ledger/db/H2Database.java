package kz.qaqpa.ledger.db;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import javax.sql.DataSource;
import org.h2.api.ErrorCode;
import org.h2.jdbcx.JdbcDataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/**
 * The embedded database: H2 in a file of its own. Its driver blocks, so it has threads of its own:
 * one writes, with one connection, a few read.
 *
 * <p>{@code WRITE_DELAY=0} makes H2 write at each commit, on the thread that commits, and {@code
 * CHECKPOINT SYNC} after it makes the disk keep it. That is not enough: after a crash H2 may find
 * the state before the last commits. So each transaction is in a {@link RedoLog} before it is
 * committed, and what is in there is carried out again when the file is opened. See docs/ledger.md.
 */
final class H2Database implements Database {
  private static final Logger LOG = LoggerFactory.getLogger(H2Database.class);
  private static final String FILE = "ledger";

  private final String shown;
  private final H2Threads writing = new H2Threads("ledger-write", 1);
  private final H2Threads reading;
  private final H2Connections connections;
  private final H2Housekeeping housekeeping = new H2Housekeeping();
  private final RedoLog redo;

  /** Whether the file was, or will be, opened anew. Of the thread that writes. */
  private boolean opened = true;

  private H2Database(String shown, DataSource source, int readers, RedoLog redo) {
    this.shown = shown;
    this.redo = redo;
    connections = new H2Connections(source, readers);
    reading = new H2Threads("ledger-read", readers);
  }

  /**
   * Opens the database of a folder, and makes or changes its tables. Blocks.
   *
   * @param folder exists, and can be written
   * @param readers connections that read at once
   * @throws DatabaseFailure if it is in use, damaged or of a newer version
   */
  static H2Database open(Path folder, int readers) {
    return open(folder, readers, H2Housekeeping.RETENTION_MILLIS);
  }

  /** The same with another time for which H2 keeps what nobody needs. */
  static H2Database open(Path folder, int readers, int retentionMillis) {
    Path file = folder.resolve(FILE).toAbsolutePath();
    String shown = "ledger.folder: " + file + ".mv.db";
    JdbcDataSource source = new JdbcDataSource();
    source.setURL(url(file, retentionMillis));
    source.setUser("qaqpa");
    H2Database database = new H2Database(shown, source, readers, redoLog(folder, shown));
    try {
      database.connections.writer(); // Kept open, or each connection would open the file anew.
      Schema.migrate(source, shown);
      database.catchUp();
      return database;
    } catch (SQLException e) {
      database.letGo();
      throw H2Errors.atStart(shown, e);
    } catch (RuntimeException e) {
      database.letGo();
      throw e;
    }
  }

  private static RedoLog redoLog(Path folder, String shown) {
    try {
      return RedoLog.open(folder.toAbsolutePath());
    } catch (IOException e) {
      throw new DatabaseFailure(
          shown
              + ": its redo log cannot be read and written (expected: a folder and a disk that"
              + " allow it)",
          e);
    }
  }

  /** Carries out again what a file that was just opened may lack. */
  private void catchUp() throws SQLException {
    try {
      Connection connection = connections.writer();
      for (List<Statement> transaction : redo.transactions()) {
        for (Statement statement : transaction) {
          again(connection, statement);
        }
      }
      commit(connection);
      opened = false;
    } catch (IOException e) {
      throw new SQLException("redo log: cannot be read", "58030", e);
    }
  }

  private static String url(Path file, int retentionMillis) {
    return "jdbc:h2:file:"
        + file.toString().replace(";", "\\;")
        + ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH"
        + ";WRITE_DELAY=0;RETENTION_TIME="
        + retentionMillis
        // The gateway closes it, at the right moment of its own end.
        + ";DB_CLOSE_ON_EXIT=FALSE"
        // No file of errors beside it: they are thrown, and it would repeat values.
        + ";TRACE_LEVEL_FILE=0"
        // Rows of one answer in memory; more go through a temporary file.
        + ";MAX_MEMORY_ROWS=2000;CACHE_SIZE=16384";
  }

  @Override
  public Mono<Long> update(String sql, @Nullable Object... parameters) {
    Statement statement = Statement.of(sql, parameters);
    return write(connection -> {
      long rows = execute(connection, statement);
      commit(connection, List.of(statement));
      return rows;
    });
  }

  @Override
  public Mono<Void> transaction(List<Statement> statements) {
    List<Statement> all = List.copyOf(statements);
    return write(
            connection -> {
              for (Statement statement : all) {
                execute(connection, statement);
              }
              commit(connection, all);
              return all;
            })
        .then();
  }

  /** What is done with the connection that writes. */
  private interface Work<T> {
    T on(Connection connection) throws SQLException;
  }

  private <T> Mono<T> write(Work<T> work) {
    return Mono.create(sink -> {
      AtomicBoolean left = new AtomicBoolean();
      sink.onCancel(() -> left.set(true));
      try {
        writing.execute(() -> {
          if (!left.get()) {
            write(work, sink, left);
          }
        });
      } catch (RejectedExecutionException e) {
        sink.error(busy(e));
      }
    });
  }

  private <T> void write(Work<T> work, MonoSink<T> sink, AtomicBoolean left) {
    try {
      if (opened) {
        catchUp();
      }
      sink.success(work.on(connections.writer()));
      if (housekeeping.isDue()) {
        tidy(); // After the answer, before the next one.
      }
    } catch (SQLException e) {
      dropWriter(); // Rolled back by that; the next one opens the file anew.
      if (!left.get()) {
        sink.error(H2Errors.of(shown, e));
      }
    }
  }

  /** What is there already was not lost. */
  private static void again(Connection connection, Statement statement) throws SQLException {
    try {
      execute(connection, statement);
    } catch (SQLException e) {
      if (e.getErrorCode() != ErrorCode.DUPLICATE_KEY_1) {
        throw e;
      }
    }
  }

  private void dropWriter() {
    connections.dropWriter();
    opened = true;
  }

  private void tidy() {
    try {
      housekeeping.run(connections.writer());
    } catch (SQLException | RuntimeException e) {
      LOG.warn("{}: could not be tidied ({})", shown, e.getClass().getSimpleName());
      dropWriter();
    }
  }

  private static long execute(Connection connection, Statement statement) throws SQLException {
    try (PreparedStatement prepared = connection.prepareStatement(statement.sql())) {
      bind(prepared, statement.parameters());
      return prepared.executeLargeUpdate();
    }
  }

  private static void bind(PreparedStatement prepared, List<@Nullable Object> parameters)
      throws SQLException {
    int index = 1;
    for (Object parameter : parameters) {
      prepared.setObject(
          index++,
          parameter instanceof Instant instant
              ? instant.truncatedTo(ChronoUnit.MICROS)
              : parameter);
    }
  }

  private void commit(Connection connection, List<Statement> transaction) throws SQLException {
    try {
      redo.append(transaction);
    } catch (IOException e) {
      throw new SQLException("redo log: cannot be written", "58030", e);
    }
    commit(connection);
  }

  private static void commit(Connection connection) throws SQLException {
    connection.commit();
    try (java.sql.Statement sync = connection.createStatement()) {
      sync.execute("checkpoint sync");
    }
  }

  @Override
  public <T> Flux<T> query(Function<Row, T> mapper, String sql, @Nullable Object... parameters) {
    Statement statement = Statement.of(sql, parameters);
    return Flux.defer(() -> reading.isFull() ? Flux.error(busy(null)) : rows(mapper, statement));
  }

  /** For one reader. */
  private <T> Flux<T> rows(Function<Row, T> mapper, Statement statement) {
    AtomicBoolean left = new AtomicBoolean();
    return Flux.<T, Reading>generate(
            () -> read(statement),
            (result, sink) -> {
              try {
                if (result.rows.next()) {
                  sink.next(mapper.apply(new JdbcRow(result.rows)));
                } else {
                  sink.complete();
                }
              } catch (SQLException e) {
                sink.error(H2Errors.of(shown, e));
              }
              return result;
            },
            Reading::close)
        // Who has left is told nothing, though the word that he has is still on its way.
        .onErrorResume(failure -> left.get() ? Flux.empty() : Flux.error(failure))
        .subscribeOn(reading.scheduler())
        .cancelOn(reading.leaving())
        .doOnCancel(() -> left.set(true));
  }

  private Reading read(Statement statement) {
    Connection connection = null;
    try {
      connection = connections.reader();
      PreparedStatement prepared = connection.prepareStatement(statement.sql());
      bind(prepared, statement.parameters());
      return new Reading(connection, prepared, prepared.executeQuery());
    } catch (SQLException e) {
      if (connection != null) {
        connections.drop(connection);
      }
      throw H2Errors.of(shown, e);
    }
  }

  /** A result, and the connection that it holds until it is closed. */
  private final class Reading {
    private final Connection connection;
    private final PreparedStatement prepared;
    private final ResultSet rows;

    Reading(Connection connection, PreparedStatement prepared, ResultSet rows) {
      this.connection = connection;
      this.prepared = prepared;
      this.rows = rows;
    }

    void close() {
      try {
        prepared.close();
        connection.commit(); // Ends its view of the tables.
        connections.give(connection);
      } catch (SQLException e) {
        connections.drop(connection);
      }
    }
  }

  private DatabaseFailure busy(@Nullable RejectedExecutionException e) {
    return new DatabaseFailure(shown + ": busy, or closed", e);
  }

  @Override
  public int reading() {
    return connections.lent();
  }

  @Override
  public void close() {
    letGo();
    try {
      redo.clear();
    } catch (IOException e) {
      LOG.warn("{}: its redo log is still there", shown);
    }
  }

  /** Closes everything, and leaves what is to be done again. */
  private void letGo() {
    writing.close();
    reading.close();
    connections.close();
    try {
      redo.close();
    } catch (IOException e) {
      LOG.warn("{}: its redo log could not be closed", shown);
    }
  }
}
