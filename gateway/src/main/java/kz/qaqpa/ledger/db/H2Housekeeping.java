package kz.qaqpa.ledger.db;

import java.sql.Connection;
import java.sql.SQLException;
import org.h2.engine.SessionLocal;
import org.h2.jdbc.JdbcConnection;
import org.h2.mvstore.MVStore;

/**
 * Keeps the file of the embedded database small. H2 never overwrites: each commit appends the pages
 * that it changed, some 10 to 30 KB, and a thread of H2 rewrites what is still alive of old ones.
 * With {@code WRITE_DELAY=0} H2 has no such thread, and the file would grow for ever. So the thread
 * that writes does it, a little after every so many commits. Confined to that thread.
 */
final class H2Housekeeping {
  /**
   * How long H2 keeps pages that nobody needs: its own default. With one second, a file that was
   * not closed was opened at an older state than the last commit, though each commit had been
   * synced.
   */
  static final int RETENTION_MILLIS = 45_000;

  private static final int COMMITS = 128;

  /** Parts of the file with less than this percentage alive are rewritten. */
  private static final int FILL_PERCENT = 50;

  /** About what is rewritten at once: tens of milliseconds. */
  private static final int BYTES = 1 << 20;

  private int commits;

  /** Counts a commit. */
  boolean isDue() {
    commits++;
    return commits % COMMITS == 0;
  }

  void run(Connection connection) throws SQLException {
    if (connection.unwrap(JdbcConnection.class).getSession() instanceof SessionLocal session) {
      MVStore store = session.getDatabase().getStore().getMvStore();
      store.compact(FILL_PERCENT, BYTES);
      try (java.sql.Statement sync = connection.createStatement()) {
        sync.execute("checkpoint sync");
      }
    }
  }
}
