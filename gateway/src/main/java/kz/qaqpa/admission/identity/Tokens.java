package kz.qaqpa.admission.identity;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import kz.qaqpa.admission.Caller.Proof;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.admission.registry.Secrets;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Bearer tokens of all issuers. A token that was checked is remembered by its hash, as long as its
 * issuer's keys are the same; everything else is done on two threads of its own, so that a flood of
 * bad signatures holds up no event loop. Any thread.
 */
final class Tokens implements AutoCloseable {
  private static final int MOST_REMEMBERED = 10_000;
  private static final Duration REMEMBERED = Duration.ofMinutes(5);
  private static final int THREADS = 2;
  private static final int QUEUE = 256;

  private final Issuers issuers;
  private final TokenCheck check;
  private final Scheduler workers = Schedulers.fromExecutorService(executor(), "identity");
  private final Cache<String, Checked> checked =
      Caffeine.newBuilder().maximumSize(MOST_REMEMBERED).expireAfterWrite(REMEMBERED).build();

  /** A token that was good, with the keys that say so. */
  private record Checked(Proof.Token proof, KeySource source, KeySet keys) {
    boolean holds() {
      return source.now() == keys;
    }
  }

  /**
   * No tokens yet.
   *
   * @param issuers closed with it
   */
  Tokens(Issuers issuers, InstantSource clock) {
    this.issuers = issuers;
    this.check = new TokenCheck(clock);
  }

  private static ThreadPoolExecutor executor() {
    ThreadPoolExecutor executor =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            30,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(QUEUE),
            task -> Thread.ofPlatform().daemon().name("identity").unstarted(task));
    executor.allowCoreThreadTimeOut(true);
    return executor;
  }

  /** Whether a credential is one of these, and not an API key. */
  boolean take(String credential) {
    return !issuers.isEmpty() && TokenReader.isToken(credential);
  }

  /** Whose tokens they are. */
  Issuers issuers() {
    return issuers;
  }

  /**
   * Checks a token.
   *
   * @param edge where the result comes, unless it is known at once
   * @return what it shows; {@link Refusal.Unauthorized}, {@link Refusal.IdentityUnavailable}, or
   *     {@link Refusal.Overloaded} if too many wait
   */
  Mono<Proof.Token> check(String token, Scheduler edge) {
    String hash = Secrets.sha256(token);
    Checked known = checked.getIfPresent(hash);
    if (known != null && known.holds()) {
      return Mono.just(known.proof);
    }
    return Mono.defer(() -> checked(token))
        .subscribeOn(workers)
        .doOnNext(fresh -> checked.put(hash, fresh))
        .map(Checked::proof)
        .onErrorMap(
            RejectedExecutionException.class,
            _ ->
                new Refusal.Overloaded(
                    "tokens waiting to be checked: " + QUEUE + " (expected: fewer)"))
        .publishOn(edge);
  }

  private Mono<Checked> checked(String token) {
    TokenReader.Unchecked read = TokenReader.read(token, issuers.byClaim());
    KeySource source = read.issuer().keys();
    KeySet now = source.now();
    if (!now.candidates(read.algorithm(), read.kid()).isEmpty()) {
      return Mono.just(new Checked(check.check(read, now), source, now));
    }
    return source
        .newer()
        .publishOn(workers)
        .map(keys -> new Checked(check.check(read, keys), source, keys));
  }

  @Override
  public void close() {
    issuers.close();
    workers.dispose();
  }
}
