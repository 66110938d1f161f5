package kz.qaqpa.flow;

import kz.qaqpa.admission.Permit;
import kz.qaqpa.batching.TokenStream;
import org.jspecify.annotations.Nullable;

/**
 * What one request owns: its permit, and its token stream once there is one. Exists before
 * tokenisation begins, so that a client that leaves while another thread is about to submit leaves
 * nothing behind: a stream that comes after the end is closed where it stands. Any thread.
 */
final class Lease implements AutoCloseable {
  private final Permit permit;
  private @Nullable TokenStream stream;
  private boolean closed;

  Lease(Permit permit) {
    this.permit = permit;
  }

  /** Takes a stream over; closes it at once if the request is over. */
  void own(TokenStream opened) {
    synchronized (this) {
      if (!closed) {
        stream = opened;
        return;
      }
    }
    opened.close();
  }

  synchronized boolean isClosed() {
    return closed;
  }

  /** Ends the stream, then gives the permit back. Idempotent. */
  @Override
  public void close() {
    TokenStream open;
    synchronized (this) {
      closed = true;
      open = stream;
      stream = null;
    }
    try (permit) {
      if (open != null) {
        open.close();
      }
    }
  }
}
