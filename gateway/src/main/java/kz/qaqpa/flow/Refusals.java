package kz.qaqpa.flow;

import java.time.Duration;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.batching.GenerationFailure;
import kz.qaqpa.batching.SubmitRefusal;
import org.jspecify.annotations.Nullable;

/** What the step loop refuses or fails, as clients are told. */
final class Refusals {
  private Refusals() {}

  /** What a failure is called in records. */
  static String tag(Throwable failure) {
    return failure instanceof Refusal refusal ? refusal.tag() : "internal_error";
  }

  static Refusal of(SubmitRefusal refused) {
    return switch (refused.reason()) {
      case QUEUE_FULL -> new Refusal.Overloaded("waiting requests: the queue is full");
      case DRAINING -> new Refusal.Draining();
      case UNHEALTHY -> new Refusal.EngineFailed("engine: stopped after a failure");
      case TOO_LONG ->
          new Refusal.BadRequest(
              "messages", "context_length_exceeded", String.valueOf(refused.getMessage()));
      case TOO_LATE -> late(refused.retryAfter());
    };
  }

  private static Refusal late(@Nullable Duration retryAfter) {
    return retryAfter == null
        ? new Refusal.DeadlineExceeded("answer: could not be done before its deadline")
        : new Refusal.TooLate(
            "answer: would not be done before its deadline, as much as waits", retryAfter);
  }

  static Refusal of(GenerationFailure failure) {
    return switch (failure.kind()) {
      case DEADLINE -> new Refusal.DeadlineExceeded("answer: not done before the deadline");
      case SLOW_CONSUMER -> new Refusal.SlowConsumer("answer: the client did not read it in time");
      case ENGINE -> new Refusal.EngineFailed("engine: failed while it made this answer");
      case STOPPED -> new Refusal.Draining();
    };
  }
}
