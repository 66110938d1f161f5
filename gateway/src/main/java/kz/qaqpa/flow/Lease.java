package kz.qaqpa.flow;

import java.util.ArrayList;
import java.util.List;
import kz.qaqpa.admission.Permit;
import kz.qaqpa.batching.TokenStream;

/**
 * What one request owns: its permit, and its token streams once there are any. Exists before
 * tokenisation begins, so that a client that leaves while another thread is about to submit leaves
 * nothing behind: what comes after the end is closed where it stands. Any thread.
 */
final class Lease implements AutoCloseable {
  private final Permit permit;
  private List<TokenStream> streams = new ArrayList<>(1);
  private boolean closed;

  Lease(Permit permit) {
    this.permit = permit;
  }

  /** Takes streams over; closes them at once if the request is over. */
  void own(List<TokenStream> opened) {
    synchronized (this) {
      if (!closed) {
        streams.addAll(opened);
        return;
      }
    }
    opened.forEach(TokenStream::close);
  }

  synchronized boolean isClosed() {
    return closed;
  }

  /** Ends the streams, then gives the permit back. Idempotent. */
  @Override
  public void close() {
    List<TokenStream> open;
    synchronized (this) {
      closed = true;
      open = streams;
      streams = List.of();
    }
    try (permit) {
      open.forEach(TokenStream::close);
    }
  }
}
