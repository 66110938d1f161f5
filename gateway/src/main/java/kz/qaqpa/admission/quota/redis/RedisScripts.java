package kz.qaqpa.admission.quota.redis;

import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulRedisConnection;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** A connection as it is: no patience, no second try. Any thread. */
final class RedisScripts {
  private final StatefulRedisConnection<String, String> connection;
  private final Scheduler scheduler;
  private final String digest;

  /**
   * @param scheduler where results come
   */
  RedisScripts(StatefulRedisConnection<String, String> connection, Scheduler scheduler) {
    this.connection = connection;
    this.scheduler = scheduler;
    this.digest = connection.async().digest(QuotaScript.TEXT);
  }

  /** Calls the script; by its text if it is not known. */
  Mono<ScriptCall.Reply> call(ScriptCall call) {
    String[] keys = call.keyArray();
    String[] arguments = call.argumentArray();
    return this.<List<Object>>sent(
            () -> connection.async().evalsha(digest, ScriptOutputType.MULTI, keys, arguments))
        .onErrorResume(
            RedisNoScriptException.class,
            _ ->
                sent(() ->
                    connection
                        .async()
                        .eval(QuotaScript.TEXT, ScriptOutputType.MULTI, keys, arguments)))
        .map(ScriptCall.Reply::new);
  }

  /** Empty if there is no such key. */
  Mono<String> get(String key) {
    return sent(() -> connection.async().get(key));
  }

  Mono<String> set(String key, String value) {
    return sent(() -> connection.async().set(key, value));
  }

  Mono<String> ping() {
    return sent(() -> connection.async().ping());
  }

  private <T> Mono<T> sent(Supplier<CompletionStage<T>> command) {
    return Mono.fromCompletionStage(command).publishOn(scheduler);
  }
}
