package kz.qaqpa.flow;

import java.util.ArrayList;
import java.util.List;
import kz.qaqpa.admission.Permit;
import kz.qaqpa.admission.quota.Used;

/**
 * What one request owns: its permit, and its token streams once there are any. Exists before
 * tokenisation begins, so that a client that leaves while another thread submits leaves nothing
 * behind: whoever comes last, the one who closes or the one who opens streams, ends all of it. Any
 * thread, neither waits for the other.
 */
final class Lease implements AutoCloseable {
  private final Permit permit;
  private final List<Part> parts = new ArrayList<>(1);
  private boolean opening;
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

  /**
   * Streams are about to be opened. Until {@link #opened}, closing leaves the end to the opener,
   * who alone knows of a stream that the step loop has and the lease has not.
   *
   * @throws IllegalStateException if the request is over
   */
  synchronized void opening() {
    if (closed) {
      throw new IllegalStateException("the client left before its request was submitted");
    }
    opening = true;
  }

  /** Takes streams over, between {@link #opening} and {@link #opened}. */
  synchronized void own(Part part) {
    parts.add(part);
  }

  /** All streams are there, or no more will come; ends them at once if the request is over. */
  void opened() {
    synchronized (this) {
      opening = false;
      if (!closed) {
        return;
      }
    }
    settle();
  }

  synchronized boolean isClosed() {
    return closed;
  }

  /** Ends the streams, then settles the permit with what they have used. Idempotent. */
  @Override
  public void close() {
    synchronized (this) {
      boolean again = closed;
      closed = true;
      if (again || opening) {
        return;
      }
    }
    settle();
  }

  /** By whoever came last, closer or opener: nobody adds a stream any more. */
  private void settle() {
    try (permit) { // Gives everything back, should something fail before.
      parts.forEach(Part::close);
      permit.close(parts.stream().map(Part::used).reduce(Used.NOTHING, Used::plus));
    }
  }
}
