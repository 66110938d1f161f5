package kz.qaqpa.admin;

import java.time.Duration;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** Does one thing after the other, each to its end, whoever still waits for it. Any thread. */
final class Lane {
  private final Sinks.Many<Mono<Void>> queue = Sinks.many().unicast().onBackpressureBuffer();

  Lane() {
    queue.asFlux().concatMap(Mono::onErrorComplete, 1).subscribe();
  }

  /** Puts work at the end of the lane, at once. */
  <T> Mono<T> run(Mono<T> work) {
    Sinks.One<T> result = Sinks.one();
    Mono<Void> task =
        work.doOnSuccess(
                value -> {
                  Sinks.EmitResult _ =
                      value == null ? result.tryEmitEmpty() : result.tryEmitValue(value);
                })
            .doOnError(failure -> {
              Sinks.EmitResult _ = result.tryEmitError(failure);
            })
            .then();
    queue.emitNext(task, Sinks.EmitFailureHandler.busyLooping(Duration.ofSeconds(1)));
    return result.asMono();
  }
}
