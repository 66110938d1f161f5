package kz.qaqpa.ledger.db;

import java.nio.file.Path;
import java.time.Duration;

/** Opens databases. Functions only. */
public final class Databases {
  private Databases() {}

  /**
   * Opens the embedded database of a folder, and makes or changes its tables. Blocks.
   *
   * @param folder exists, and can be written
   * @param readers connections that read at once
   * @throws DatabaseFailure if it is in use, damaged or of a newer version
   */
  public static Database embedded(Path folder, int readers) {
    return H2Database.open(folder, readers);
  }

  /**
   * Opens a database of PostgreSQL, and makes or changes its tables. Blocks for some seconds at
   * most. If the server does not answer, that is logged, and it is tried again every second in the
   * background; until then everything fails.
   *
   * @param readers connections that read at once
   * @param wait how long whoever writes may wait for a connection
   * @throws DatabaseFailure if the server refuses, or its database is of a newer version
   */
  public static Database postgres(PostgresAddress address, int readers, Duration wait) {
    return PostgresDatabase.open(address, readers, wait);
  }
}
