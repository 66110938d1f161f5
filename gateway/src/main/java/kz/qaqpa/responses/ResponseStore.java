package kz.qaqpa.responses;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import com.github.benmanes.caffeine.cache.Ticker;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicLong;
import kz.qaqpa.admission.Application;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Responses that can be looked up, continued, cancelled and deleted by the application that made
 * them, and by no other: whose they are is part of the key, so that another's id is one that does
 * not exist. In memory only, bounded in entries, bytes and time. Any thread.
 *
 * <p>What is beyond the bounds is forgotten oldest first: the response that a conversation is about
 * to continue is a new one. Caffeine's own bounds would keep what is asked for often, and drop what
 * has just come. Each entry weighs at least its share of all bytes, so that one bound is both.
 */
public final class ResponseStore {
  private final Cache<Key, StoredResponse> finished;
  private final AtomicLong weight = new AtomicLong();
  private final long most;
  private final long least;
  private final ConcurrentMap<Key, RunningResponse> running = new ConcurrentHashMap<>();

  private record Key(String agency, String application, String id) {
    static Key of(Application owner, String id) {
      return new Key(owner.agency().id(), owner.id(), id);
    }
  }

  public ResponseStore(ResponsesSettings settings) {
    this(settings, Ticker.systemTicker(), ForkJoinPool.commonPool());
  }

  ResponseStore(ResponsesSettings settings, Ticker ticker, Executor executor) {
    this.most = settings.storeBytes();
    this.least = Math.max(1, settings.storeBytes() / settings.storeEntries());
    this.finished =
        Caffeine.newBuilder()
            .expireAfterWrite(settings.storeTtl())
            .ticker(ticker)
            .executor(executor)
            .evictionListener(this::expired)
            .build();
  }

  /** A response of this application, finished or not; null if there is none. */
  public @Nullable StoredResponse find(Application owner, String id) {
    Key key = Key.of(owner, id);
    RunningResponse live = running.get(key);
    StoredResponse done = finished.getIfPresent(key);
    return done != null || live == null ? done : live.look();
  }

  /**
   * Forgets a response, and ends it if it is in the making.
   *
   * @return whether there was one
   */
  public boolean delete(Application owner, String id) {
    Key key = Key.of(owner, id);
    RunningResponse live = running.get(key);
    if (live != null) {
      live.delete();
    }
    return forget(key) || live != null;
  }

  /**
   * Ends a response that is in the making; its sequence leaves the batch at the next step.
   *
   * @return what it came to, at once if it had ended; empty if there is none
   */
  public Mono<StoredResponse> cancel(Application owner, String id) {
    RunningResponse live = running.get(Key.of(owner, id));
    return live != null ? live.cancel() : Mono.justOrEmpty(find(owner, id));
  }

  /** Responses in the making. */
  public int running() {
    return running.size();
  }

  /** About how many finished ones are kept. */
  public long stored() {
    finished.cleanUp();
    return finished.estimatedSize();
  }

  void begin(Application owner, String id, RunningResponse response) {
    running.put(Key.of(owner, id), response);
  }

  /** Keeps what a response came to, unless that is not wanted. */
  void end(Application owner, String id, RunningResponse live, StoredResponse response) {
    live.end(response, () -> keep(Key.of(owner, id), response));
  }

  /** Nobody works on it any more. */
  void leave(Application owner, String id) {
    RunningResponse live = running.remove(Key.of(owner, id));
    if (live != null) {
      live.leave();
    }
  }

  private void keep(Key key, StoredResponse response) {
    if (weight(response) > most) {
      return;
    }
    StoredResponse before = finished.asMap().put(key, response);
    weight.addAndGet(weight(response) - (before == null ? 0 : weight(before)));
    while (weight.get() > most && forgetOldest()) {}
  }

  /** False if there is none. */
  private boolean forgetOldest() {
    Set<Key> oldest = finished.policy().expireAfterWrite().orElseThrow().oldest(1).keySet();
    oldest.forEach(this::forget); // Or another thread does.
    return !oldest.isEmpty();
  }

  private boolean forget(Key key) {
    StoredResponse gone = finished.asMap().remove(key);
    if (gone != null) {
      weight.addAndGet(-weight(gone));
    }
    return gone != null;
  }

  private void expired(@Nullable Key key, @Nullable StoredResponse gone, RemovalCause cause) {
    if (gone != null) {
      weight.addAndGet(-weight(gone));
    }
  }

  private long weight(StoredResponse response) {
    return Math.max(least, response.bytes());
  }
}
