package kz.qaqpa.flow;

import java.util.ArrayList;
import java.util.List;
import kz.qaqpa.admission.Permit;
import kz.qaqpa.admission.quota.Used;

/**
 * What one request owns: its permit, and its token streams once there are any. Exists before
 * tokenisation begins, so that a client that leaves while another thread is about to submit leaves
 * nothing behind: what comes after the end is closed where it stands. Any thread.
 */
final class Lease implements AutoCloseable {
  private final Permit permit;
  private List<Part> parts = new ArrayList<>(1);
  private boolean closed;

  Lease(Permit permit) {
    this.permit = permit;
  }

  /**
   * A prompt and the choices that answer it.
   *
   * @param choices at least one
   */
  record Part(ReadyPrompt prompt, List<ChoiceMeter> choices) {

    void close() {
      choices.forEach(choice -> choice.stream().close());
    }

    /** The prompt as far as it was read, once for all choices, and each choice. */
    Used used() {
      int read = 0;
      Used used = Used.NOTHING;
      for (ChoiceMeter choice : choices) {
        read = Math.max(read, choice.stream().progress().promptTokens());
        used = used.plus(new Used(choice.tokens(), choice.characters()));
      }
      return used.plus(new Used(read, prompt.characters() * read / prompt.tokens()));
    }
  }

  Permit permit() {
    return permit;
  }

  /** Takes streams over; closes them at once if the request is over. */
  void own(Part part) {
    synchronized (this) {
      if (!closed) {
        parts.add(part);
        return;
      }
    }
    part.close();
  }

  synchronized boolean isClosed() {
    return closed;
  }

  /** Ends the streams, then settles the permit with what they have used. Idempotent. */
  @Override
  public void close() {
    List<Part> open;
    synchronized (this) {
      closed = true;
      open = parts;
      parts = List.of();
    }
    try (permit) { // Gives everything back, should something fail before.
      open.forEach(Part::close);
      permit.close(open.stream().map(Part::used).reduce(Used.NOTHING, Used::plus));
    }
  }
}
