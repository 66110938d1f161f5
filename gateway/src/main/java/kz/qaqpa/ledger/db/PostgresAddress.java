package kz.qaqpa.ledger.db;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Where a PostgreSQL server is, and as whom it is spoken to.
 *
 * @param host name or address, without brackets
 * @param port 1 to 65535
 * @param database its name
 * @param options {@code sslmode} and {@code sslrootcert}, where given
 * @param user who signs in
 * @param password theirs, or empty
 */
public record PostgresAddress(
    String host,
    int port,
    String database,
    Map<String, String> options,
    String user,
    String password) {
  private static final Pattern URL =
      Pattern.compile("postgresql://(\\[[^]]+]|[^:/?]+)(?::([0-9]{1,5}))?/([^?]+)(?:\\?(.*))?");
  private static final Set<String> OPTIONS = Set.of("sslmode", "sslrootcert");
  private static final Set<String> SSL_MODES =
      Set.of("disable", "allow", "prefer", "require", "verify-ca", "verify-full");
  private static final int USUAL_PORT = 5432;
  private static final int LAST_PORT = 65_535;
  private static final int CONNECT_SECONDS = 5;
  private static final int ANSWER_SECONDS = 60;

  /** Copies the options. */
  public PostgresAddress {
    options = Map.copyOf(options);
  }

  /**
   * Reads {@code postgresql://host:port/database?sslmode=verify-full}.
   *
   * @throws IllegalArgumentException naming the part that is wrong; never the whole text, which may
   *     hold a password that does not belong there
   */
  public static PostgresAddress of(String url, String user, String password) {
    Matcher matcher = URL.matcher(url);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "ledger.url: not one of PostgreSQL (expected: postgresql://host:port/database)");
    }
    String host = matcher.group(1);
    String port = matcher.group(2);
    int number = port == null ? USUAL_PORT : Integer.parseInt(port);
    if (number < 1 || number > LAST_PORT) {
      throw new IllegalArgumentException("ledger.url: port " + number + " (expected: 1 to 65535)");
    }
    return new PostgresAddress(
        host.startsWith("[") ? host.substring(1, host.length() - 1) : host,
        number,
        matcher.group(3),
        matcher.group(4) == null ? Map.of() : options(matcher.group(4)),
        user,
        password);
  }

  private static Map<String, String> options(String text) {
    Map<String, String> options = new HashMap<>();
    for (String pair : text.split("&", -1)) {
      int equals = pair.indexOf('=');
      String name = equals < 0 ? pair : pair.substring(0, equals);
      if (equals < 0 || !OPTIONS.contains(name)) {
        throw new IllegalArgumentException(
            "ledger.url: " + name + " (expected: sslmode or sslrootcert, with a value)");
      }
      options.put(name, pair.substring(equals + 1));
    }
    String mode = options.get("sslmode");
    if (mode != null && !SSL_MODES.contains(mode)) {
      throw new IllegalArgumentException(
          "ledger.url: sslmode "
              + mode
              + " (expected: disable, allow, prefer, require, verify-ca"
              + " or verify-full)");
    }
    return options;
  }

  /** What libpq does where nothing is said: encrypted where the server can. */
  String sslMode() {
    return options.getOrDefault("sslmode", "prefer");
  }

  /** For Flyway, which speaks JDBC. */
  DataSource dataSource() {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setServerNames(new String[] {host});
    source.setPortNumbers(new int[] {port});
    source.setDatabaseName(database);
    source.setUser(user);
    if (!password.isEmpty()) {
      source.setPassword(password);
    }
    source.setSslMode(sslMode());
    String root = options.get("sslrootcert");
    if (root != null) {
      source.setSslRootCert(root);
    }
    source.setApplicationName("qaqpa");
    source.setConnectTimeout(CONNECT_SECONDS);
    source.setLoginTimeout(CONNECT_SECONDS);
    source.setSocketTimeout(ANSWER_SECONDS);
    return source;
  }

  /** As people write it. */
  String shown() {
    return "PostgreSQL at " + host + ":" + port + ", database " + database;
  }

  @Override
  public String toString() {
    return shown();
  }
}
