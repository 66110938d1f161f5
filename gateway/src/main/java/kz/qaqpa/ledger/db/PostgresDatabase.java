package kz.qaqpa.ledger.db;

import io.r2dbc.pool.ConnectionPool;
import io.r2dbc.pool.ConnectionPoolConfiguration;
import io.r2dbc.pool.PoolMetrics;
import io.r2dbc.postgresql.PostgresqlConnectionConfiguration;
import io.r2dbc.postgresql.PostgresqlConnectionFactory;
import io.r2dbc.postgresql.client.SSLMode;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.Result;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.resources.LoopResources;

/**
 * PostgreSQL by its reactive driver, with event loops of its own. A connection on which something
 * failed or was given up is closed and not used again: whatever it was doing, the server undoes.
 */
final class PostgresDatabase implements Database {
  private static final Logger LOG = LoggerFactory.getLogger(PostgresDatabase.class);
  private static final Duration BETWEEN_TRIES = Duration.ofSeconds(1);

  /** Connections that write: the ledger's group commit needs one, what operators do another. */
  private static final int WRITERS = 2;

  /** Rows that the server sends at once. */
  private static final int FETCH = 256;

  private static final Duration CONNECT = Duration.ofSeconds(5);
  private static final Duration CLOSE = Duration.ofSeconds(5);

  private final PostgresAddress address;
  private final String shown;
  private final LoopResources loops = LoopResources.create("ledger-pg", 1, true);
  private final ConnectionPool writers;
  private final ConnectionPool readers;
  private final CountDownLatch end = new CountDownLatch(1);
  private volatile boolean prepared;

  /**
   * Connects to nothing yet.
   *
   * @param pool connections that read
   * @param wait how long one may be waited for
   */
  PostgresDatabase(PostgresAddress address, int pool, Duration wait) {
    this.address = address;
    shown = "ledger.url: " + address.shown();
    PostgresqlConnectionFactory factory = new PostgresqlConnectionFactory(configuration(address));
    writers = pool("ledger-write", factory, WRITERS, wait);
    readers = pool("ledger-read", factory, pool, CONNECT);
  }

  /** As {@link Databases#postgres}. */
  static PostgresDatabase open(PostgresAddress address, int pool, Duration wait) {
    PostgresDatabase database = new PostgresDatabase(address, pool, wait);
    try {
      database.prepare();
    } catch (DatabaseFailure e) {
      if (!e.isAway()) {
        database.close();
        throw e;
      }
      LOG.error("{}; trying again every second", e.getMessage());
      Thread.ofVirtual().name("ledger-connect").start(database::prepareLater);
    }
    return database;
  }

  private void prepareLater() {
    String said = "";
    try {
      while (!prepared && !end.await(BETWEEN_TRIES.toMillis(), TimeUnit.MILLISECONDS)) {
        try {
          prepare();
          LOG.info("{}: reached", shown);
        } catch (DatabaseFailure e) {
          String words = String.valueOf(e.getMessage());
          if (!e.isAway() && !words.equals(said)) {
            LOG.error(words);
            said = words;
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Makes or changes the tables; until then nothing else works. Blocks for some seconds at most
   * where the server does not answer.
   *
   * @throws DatabaseFailure saying what to do; {@link DatabaseFailure#isAway} where trying again
   *     may help
   */
  void prepare() {
    try {
      Schema.migrate(address.dataSource(), shown);
      prepared = true;
    } catch (SQLException e) {
      throw PostgresErrors.atStart(address, e);
    }
  }

  private PostgresqlConnectionConfiguration configuration(PostgresAddress address) {
    PostgresqlConnectionConfiguration.Builder builder =
        PostgresqlConnectionConfiguration.builder()
            .host(address.host())
            .port(address.port())
            .database(address.database())
            .username(address.user())
            .applicationName("qaqpa")
            .connectTimeout(CONNECT)
            .tcpKeepAlive(true)
            .autodetectExtensions(false)
            .loopResources(loops);
    if (!address.password().isEmpty()) {
      builder.password(address.password());
    }
    builder.sslMode(SSLMode.fromValue(address.sslMode()));
    String root = address.options().get("sslrootcert");
    if (root != null) {
      builder.sslRootCert(root);
    }
    return builder.build();
  }

  private static ConnectionPool pool(
      String name, PostgresqlConnectionFactory factory, int size, Duration wait) {
    return new ConnectionPool(
        ConnectionPoolConfiguration.builder(factory)
            .name(name)
            .initialSize(0)
            .minIdle(0)
            .maxSize(size)
            .maxAcquireTime(wait)
            .maxCreateConnectionTime(CONNECT)
            .maxIdleTime(Duration.ofMinutes(5))
            .build());
  }

  @Override
  public Mono<Long> update(String sql, @Nullable Object... parameters) {
    Statement statement = Statement.of(sql, parameters);
    return with(writers, connection -> execute(connection, statement)).single();
  }

  @Override
  public Mono<Void> transaction(List<Statement> statements) {
    List<Statement> all = List.copyOf(statements);
    if (all.size() == 1) { // A transaction by itself: two questions less.
      return with(writers, connection -> execute(connection, all.getFirst())).then();
    }
    return with(
            writers,
            connection ->
                Mono.from(connection.beginTransaction())
                    .thenMany(Flux.fromIterable(all))
                    .concatMap(statement -> execute(connection, statement))
                    .then(Mono.from(connection.commitTransaction())))
        .then();
  }

  @Override
  public <T> Flux<T> query(Function<Row, T> mapper, String sql, @Nullable Object... parameters) {
    Statement statement = Statement.of(sql, parameters);
    return with(
        readers,
        connection ->
            Flux.from(bound(connection, statement).fetchSize(FETCH).execute())
                .concatMap(result -> result.map((row, _) -> mapper.apply(new R2dbcRow(row)))));
  }

  private <T> Flux<T> with(ConnectionPool pool, Function<Connection, Publisher<T>> work) {
    return Flux.usingWhen(
            Mono.defer(() -> prepared ? pool.create() : Mono.error(notReached())),
            work,
            Connection::close,
            (connection, _) -> discard(connection),
            PostgresDatabase::discard)
        .onErrorMap(e -> !(e instanceof IllegalStateException), this::failure);
  }

  private DatabaseFailure notReached() {
    return DatabaseFailure.away(shown + ": not reached yet", null);
  }

  /**
   * On another thread: whoever cancels may be within the driver's own loop over what has arrived,
   * and closing waits for that loop to end.
   */
  private static Publisher<Void> discard(Connection connection) {
    if (connection instanceof io.r2dbc.spi.Wrapped<?> pooled
        && pooled.unwrap() instanceof Connection bare) {
      return Flux.concat(
              Mono.from(bare.close()).onErrorComplete(),
              Mono.from(connection.close()).onErrorComplete())
          .subscribeOn(Schedulers.parallel());
    }
    return Flux.from(connection.close()).subscribeOn(Schedulers.parallel());
  }

  private static Mono<Long> execute(Connection connection, Statement statement) {
    return Flux.from(bound(connection, statement).execute())
        .concatMap(Result::getRowsUpdated)
        .reduce(0L, Long::sum);
  }

  private static io.r2dbc.spi.Statement bound(Connection connection, Statement statement) {
    io.r2dbc.spi.Statement bound = connection.createStatement(numbered(statement.sql()));
    int index = 0;
    for (Object parameter : statement.parameters()) {
      if (parameter == null) {
        bound.bindNull(index, Object.class); // The server knows the type.
      } else if (parameter instanceof Instant instant) {
        bound.bind(index, instant.truncatedTo(ChronoUnit.MICROS));
      } else {
        bound.bind(index, parameter);
      }
      index++;
    }
    return bound;
  }

  /** {@code ?} to {@code $1}, {@code $2} and so on. */
  private static String numbered(String sql) {
    StringBuilder numbered = new StringBuilder(sql.length() + Integer.SIZE);
    int parameter = 0;
    for (int i = 0; i < sql.length(); i++) {
      char c = sql.charAt(i);
      if (c == '?') {
        parameter++;
        numbered.append('$').append(parameter);
      } else {
        numbered.append(c);
      }
    }
    return numbered.toString();
  }

  @Override
  public int reading() {
    return readers.getMetrics().map(PoolMetrics::acquiredSize).orElse(0);
  }

  private DatabaseFailure failure(Throwable e) {
    return e instanceof DatabaseFailure known ? known : PostgresErrors.of(shown, e);
  }

  @Override
  public void close() {
    end.countDown();
    Mono.when(writers.disposeLater(), readers.disposeLater())
        .then(loops.disposeLater(Duration.ZERO, CLOSE))
        .onErrorComplete()
        .block(CLOSE);
  }
}
