package kz.qaqpa.admission.identity;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Where an issuer's keys come from. Any thread. */
interface KeySource extends AutoCloseable {

  /** The last good keys; another object once they are others. Empty if there never were any. */
  KeySet now();

  /**
   * The keys after looking for newer ones, as far as it is time for that.
   *
   * @return the last good keys; {@link kz.qaqpa.admission.Refusal.IdentityUnavailable} if there
   *     never were any
   */
  Mono<KeySet> newer();

  /** What is wrong with it for now, or null. */
  @Nullable String trouble();

  @Override
  void close();
}
