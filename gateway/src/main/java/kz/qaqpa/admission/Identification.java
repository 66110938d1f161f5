package kz.qaqpa.admission;

import java.util.List;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** From credentials to an application. Any thread. */
public interface Identification extends AutoCloseable {

  /**
   * Who asks.
   *
   * @param edge where the result comes if it takes time; what is known at once comes at once
   * @return the caller, or {@link Refusal.Unauthorized}; {@link Refusal.Overloaded} or {@link
   *     Refusal.IdentityUnavailable} if it cannot be told now
   */
  Mono<Caller> identify(Credentials credentials, Scheduler edge);

  /**
   * The same caller as of now, without waiting: what it may do has perhaps changed since.
   *
   * @throws Refusal.Unauthorized if its proof is no longer good
   */
  Caller renew(Caller caller);

  /**
   * Has something done after each change of who may come in.
   *
   * @param listener short; any thread
   */
  void whenChanged(Runnable listener);

  /** How up to date all this is. */
  Upkeep upkeep();

  @Override
  void close();

  /**
   * How up to date the files behind an identification are.
   *
   * @param applied changed files taken over
   * @param refused changed files that were wrong
   * @param stale whether the file is another than what holds
   * @param details what whoever looks at the server should know; no values of files
   */
  record Upkeep(long applied, long refused, boolean stale, List<String> details) {
    /** Nothing to keep. */
    public static final Upkeep NONE = new Upkeep(0, 0, false, List.of());

    /** Copies the list. */
    public Upkeep {
      details = List.copyOf(details);
    }
  }
}
