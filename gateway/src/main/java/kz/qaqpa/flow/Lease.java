package kz.qaqpa.flow;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import kz.qaqpa.admission.Permit;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.admission.quota.Demand;
import kz.qaqpa.admission.quota.Grant;
import kz.qaqpa.admission.quota.Used;
import kz.qaqpa.ledger.IssuedLabel;
import kz.qaqpa.ledger.UsageRecord.Charge;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * What one request owns: its permit, and its token streams once there are any. Exists before
 * tokenisation begins, so that a client that leaves while another thread submits leaves nothing
 * behind: whoever comes last, the one who ends or the one who opens streams, ends all of it. Any
 * thread, neither waits for the other.
 */
final class Lease {
  /** What ended before its end is called in records. */
  static final String ABORT = "abort";

  private final Permit permit;
  private final Book book;
  private final List<Part> parts = new ArrayList<>(1);
  private final Sinks.Empty<Void> settled = Sinks.empty();
  private volatile Instant reserved = Instant.now();
  private boolean opening;
  private boolean ended;
  private boolean refused;
  private @Nullable AnswerLabel label;
  private @Nullable String finish;

  /** Where what a request came to is written down. */
  interface Book {
    /**
     * Writes it down.
     *
     * @param at when its quota was reserved
     * @param finish why it ended
     * @param label of what was delivered, or null if nothing was
     */
    Mono<Void> write(Charge charge, Instant at, String finish, @Nullable IssuedLabel label);
  }

  Lease(Permit permit, Book book) {
    this.permit = permit;
    this.book = book;
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
    Charge charge() {
      int read = 0;
      Charge charge = Charge.NOTHING;
      for (ChoiceMeter choice : choices) {
        read = Math.max(read, choice.stream().progress().promptTokens());
        charge = charge.plus(new Charge(0, 0, choice.tokens(), choice.characters()));
      }
      return charge.plus(new Charge(read, prompt.characters() * read / prompt.tokens(), 0, 0));
    }
  }

  Permit permit() {
    return permit;
  }

  /** Reserves what the request asks for; see {@link Permit#reserve}. */
  Mono<Grant> reserve(Demand demand) {
    return permit.reserve(demand).doOnNext(grant -> reserved = grant.at());
  }

  /**
   * Streams are about to be opened. Until {@link #opened}, ending leaves the rest to the opener,
   * who alone knows of a stream that the step loop has and the lease has not.
   *
   * @throws IllegalStateException if the request is over
   */
  synchronized void opening() {
    if (ended) {
      throw new IllegalStateException("the client left before its request was submitted");
    }
    opening = true;
  }

  /** Takes over the label of the answer that is about to begin. */
  synchronized void own(AnswerLabel begun) {
    label = begun;
    if (ended) {
      begun.close();
    }
  }

  /** Takes streams over, between {@link #opening} and {@link #opened}. */
  synchronized void own(Part part) {
    parts.add(part);
  }

  /** All streams are there, or no more will come; ends them at once if the request is over. */
  void opened() {
    synchronized (this) {
      opening = false;
      if (!ended) {
        return;
      }
    }
    settle();
  }

  synchronized boolean isEnded() {
    return ended;
  }

  /**
   * Ends the streams, settles the permit with what they have used and has it written down. Begins
   * at once; only the first call counts.
   *
   * @param why {@code stop}, {@code length}, {@code abort} or what went wrong; null if nothing is
   *     known, and then no record is made unless it has streams
   * @return completes, on any thread, when it is counted and written down; fails if it could not be
   *     written
   */
  Mono<Void> end(@Nullable String why) {
    return end(why, false);
  }

  private Mono<Void> end(@Nullable String why, boolean isRefusal) {
    boolean now;
    synchronized (this) {
      now = !ended && !opening;
      if (!ended) {
        finish = why;
        refused = isRefusal;
      }
      ended = true;
    }
    if (now) {
      settle();
    }
    return settled.asMono();
  }

  /**
   * The same, and gives the permit back once that has happened: nobody is told anything any more.
   *
   * @return completes then, whether or not it could be written down
   */
  Mono<Void> leave(@Nullable String why) {
    return leave(why, false);
  }

  private Mono<Void> leave(@Nullable String why, boolean isRefusal) {
    return end(why, isRefusal).onErrorComplete().doFinally(_ -> close());
  }

  private synchronized void close() {
    if (label != null) {
      label.close();
    }
    permit.close();
  }

  /** The same after a failure; a request that was refused has no record unless it has streams. */
  Mono<Void> fail(Throwable failure) {
    return leave(Refusals.tag(failure), failure instanceof Refusal);
  }

  /** By whoever came last, the one who ends or the opener: nobody adds a stream any more. */
  private void settle() {
    parts.forEach(Part::close);
    Charge charge = parts.stream().map(Part::charge).reduce(Charge.NOTHING, Charge::plus);
    Mono<Void> counted = permit.settle(new Used(charge.tokens(), charge.characters()));
    boolean silent = parts.isEmpty() && (refused || finish == null);
    Mono<Void> written =
        silent ? Mono.empty() : written(charge, Objects.requireNonNullElse(finish, ABORT));
    Mono.when(counted, written).subscribe(null, settled::tryEmitError, settled::tryEmitEmpty);
  }

  private Mono<Void> written(Charge charge, String reason) {
    AnswerLabel own = label;
    return own == null
        ? book.write(charge, reserved, reason, null)
        : own.issue()
            .map(Optional::of)
            .defaultIfEmpty(Optional.empty())
            .flatMap(issued -> book.write(charge, reserved, reason, issued.orElse(null)));
  }
}
