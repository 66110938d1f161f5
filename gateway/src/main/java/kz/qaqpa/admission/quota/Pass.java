package kz.qaqpa.admission.quota;

import reactor.core.publisher.Mono;

/**
 * What one request holds of its agency's and its application's limits: a stream, and from {@link
 * #reserve} on tokens and characters. Any thread.
 */
public non-sealed interface Pass extends Entry {
  /** How the limits of requests stood when it began. */
  RateLimits rates();

  /**
   * Reserves prompts and answers in every window of agency and application, all or nothing, when
   * subscribed. Answers shrink to what is left. Once.
   *
   * @return what was granted or why not, where nobody has to be asked on the subscriber's thread;
   *     {@link IllegalStateException} if it was closed meanwhile, or has reserved
   */
  Mono<Outcome> reserve(Demand demand);

  /**
   * Ends the request: counts what was used, at most what was reserved, and gives the rest back to
   * the windows in which it was reserved. Begins at once, whether or not anybody subscribes, also
   * while {@link #reserve} is under way. Idempotent.
   *
   * @return completes when it is counted, or will be whatever happens to this process; never fails
   */
  Mono<Void> close(Used used);
}
