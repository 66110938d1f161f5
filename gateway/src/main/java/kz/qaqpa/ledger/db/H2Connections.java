package kz.qaqpa.ledger.db;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The connections of the embedded database, opened when they are needed. One that failed is not
 * used again: H2 closes a database whose file failed, and the next connection opens it anew. There
 * are never more readers than threads that read. Any thread.
 */
final class H2Connections {
  private final DataSource source;
  private final int readers;
  private final Deque<Connection> idle = new ArrayDeque<>();
  private final Set<Connection> lent = new HashSet<>();
  private @Nullable Connection writer;
  private boolean closed;

  H2Connections(DataSource source, int readers) {
    this.source = source;
    this.readers = readers;
  }

  /** The connection that writes; used by one thread at a time. */
  synchronized Connection writer() throws SQLException {
    Connection open = writer;
    if (open == null) {
      open = connect();
      writer = open;
    }
    return open;
  }

  synchronized void dropWriter() {
    if (writer != null) {
      closeQuietly(writer);
      writer = null;
    }
  }

  /** One that reads; to be given back or dropped. */
  synchronized Connection reader() throws SQLException {
    Connection connection = idle.poll();
    if (connection == null) {
      connection = connect();
    }
    lent.add(connection);
    return connection;
  }

  synchronized void give(Connection connection) {
    if (lent.remove(connection) && idle.size() < readers) {
      idle.push(connection);
    } else {
      closeQuietly(connection);
    }
  }

  synchronized void drop(Connection connection) {
    lent.remove(connection);
    closeQuietly(connection);
  }

  /** Those that read now. */
  synchronized int lent() {
    return lent.size();
  }

  /** Closes all of them, and opens no more: that would open the file again. */
  synchronized void close() {
    closed = true;
    lent.forEach(H2Connections::closeQuietly);
    lent.clear();
    idle.forEach(H2Connections::closeQuietly);
    idle.clear();
    dropWriter(); // The last one: H2 closes the file with it.
  }

  private Connection connect() throws SQLException {
    if (closed) {
      throw new SQLException("closed", "08003");
    }
    Connection connection = source.getConnection();
    connection.setAutoCommit(false);
    return connection;
  }

  private static void closeQuietly(Connection connection) {
    try {
      connection.close();
    } catch (SQLException e) {
      // It is of no use any more, whatever it says.
    }
  }
}
