package kz.qaqpa.cli.bench.edge;

import java.util.Locale;

/** What is asked for, and how a bare server sends it. */
enum Mode {
  /** A stream; a bare server flushes each event. */
  EACH,
  /** A stream; a bare server flushes when nothing more is at hand. */
  ONCE,
  /** A short answer, not streamed. */
  WHOLE;

  /** The query of the path, by which bare servers know; the gateway does not look at it. */
  String query() {
    return "?" + name().toLowerCase(Locale.ROOT);
  }

  static Mode of(String uri) {
    for (Mode mode : values()) {
      if (uri.endsWith(mode.query())) {
        return mode;
      }
    }
    throw new IllegalArgumentException("uri: " + uri + " (expected: a mode as its query)");
  }
}
