package kz.qaqpa.admission.quota.redis;

import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Words that gateways send each other through Redis (publish and subscribe), on the channel {@code
 * suspensions} behind the prefix. A word is a hint: while Redis is away words are lost, so whoever
 * listens also looks by himself now and then. Any thread; nothing waits. Listeners are called on
 * one thread of its own.
 */
public final class RedisSignal implements AutoCloseable {
  /** What listeners hear when words may have been lost: at each connect. */
  public static final String ANYTHING = "";

  private static final Logger LOG = LoggerFactory.getLogger(RedisSignal.class);
  private static final Duration AGAIN = Duration.ofMillis(500);

  private final RedisClient client;
  private final RedisURI uri;
  private final String channel;
  private final Scheduler scheduler = Schedulers.newSingle("signal", true);
  private final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();
  private volatile @Nullable StatefulRedisConnection<String, String> sender;
  private volatile boolean closed;

  /**
   * Connects, now and as often as it takes.
   *
   * @throws IllegalArgumentException if the file with the password cannot be read
   */
  public RedisSignal(QuotaSettings settings) {
    this.uri = RedisClients.uri(settings);
    this.client = RedisClients.open(settings);
    this.channel = settings.prefix() + "suspensions";
    connectSender();
    connectReceiver();
  }

  /** Tells all gateways, this one too; nobody if Redis is away. */
  public void publish(String word) {
    StatefulRedisConnection<String, String> connection = sender;
    if (connection != null) {
      Mono.fromCompletionStage(() -> connection.async().publish(channel, word))
          .subscribe(null, failure -> LOG.debug("a word is lost", failure));
    }
  }

  /** Calls this for each word from now on. */
  public void subscribe(Consumer<String> listener) {
    listeners.add(listener);
  }

  private void connectSender() {
    Mono.fromCompletionStage(() -> client.connectAsync(StringCodec.UTF8, uri))
        .subscribe(connection -> sender = connection, _ -> later(this::connectSender));
  }

  private void connectReceiver() {
    Mono.fromCompletionStage(() -> client.connectPubSubAsync(StringCodec.UTF8, uri))
        .subscribe(this::listen, _ -> later(this::connectReceiver));
  }

  private void later(Runnable connect) {
    if (!closed) {
      scheduler.schedule(connect, AGAIN.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private void listen(StatefulRedisPubSubConnection<String, String> connection) {
    connection.addListener(
        new RedisPubSubAdapter<String, String>() {
          @Override
          public void message(String from, String word) {
            hear(word);
          }

          @Override
          public void subscribed(String to, long count) {
            hear(ANYTHING);
          }
        });
    connection.addListener(
        new RedisConnectionStateListener() {
          @Override
          public void onRedisConnected(RedisChannelHandler<?, ?> handler, SocketAddress address) {
            later(() -> ask(connection)); // If the client has not done so by itself.
          }
        });
    ask(connection);
  }

  private void ask(StatefulRedisPubSubConnection<String, String> connection) {
    Mono.fromCompletionStage(() -> connection.async().subscribe(channel))
        .subscribe(null, failure -> LOG.debug("not subscribed", failure));
  }

  private void hear(String word) {
    scheduler.schedule(() -> listeners.forEach(listener -> listener.accept(word)));
  }

  @Override
  public void close() {
    closed = true;
    RedisClients.close(client);
    scheduler.dispose();
  }
}
