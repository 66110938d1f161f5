package kz.qaqpa.responses;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * A response in the making, as others than its client see it: they can look at it, cancel it and
 * delete it. Any thread.
 */
final class RunningResponse {
  private final boolean stored;
  private final Supplier<StoredResponse> soFar;
  private final Sinks.Empty<Void> cancelled = Sinks.empty();
  private final Sinks.One<StoredResponse> ended = Sinks.one();
  private boolean deleted; // guarded by this

  /**
   * @param stored whether it can be looked up
   * @param soFar what can be seen of it until it ends; any thread
   */
  RunningResponse(boolean stored, Supplier<StoredResponse> soFar) {
    this.stored = stored;
    this.soFar = soFar;
  }

  /** What can be seen of it, or null if it is not stored. */
  @Nullable StoredResponse look() {
    return stored ? soFar.get() : null;
  }

  /** Ends its sequence; what it came to comes when that has happened. */
  Mono<StoredResponse> cancel() {
    cancelled.tryEmitEmpty();
    return ended.asMono();
  }

  /** Completes when {@link #cancel} or {@link #delete} was called, also if that was before. */
  Mono<Void> cancelled() {
    return cancelled.asMono();
  }

  /** Nothing will be told of it any more. */
  void leave() {
    synchronized (this) {
      ended.tryEmitEmpty();
    }
  }

  /** Cancels it and keeps it from being stored. */
  void delete() {
    synchronized (this) {
      deleted = true;
    }
    cancelled.tryEmitEmpty();
  }

  /** Tells what it came to; stores it unless that is not wanted. Only the first call counts. */
  void end(StoredResponse response, Runnable store) {
    synchronized (this) {
      if (ended.tryEmitValue(response).isSuccess() && stored && !deleted) {
        store.run();
      }
    }
  }
}
