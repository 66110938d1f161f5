package kz.qaqpa.admission.quota.redis;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.MaintNotificationsConfig;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SslOptions;
import io.lettuce.core.protocol.ProtocolVersion;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.Delay;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Clients of the Redis that settings name. */
final class RedisClients {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);

  /** A peer that is gone without a word is noticed after this long. */
  private static final Duration SILENCE = Duration.ofSeconds(5);

  private static final Duration SHORTEST_WAIT = Duration.ofMillis(10);
  private static final Duration LONGEST_WAIT = Duration.ofMillis(500);
  private static final int THREADS = 2;
  private static final int MOST_COMMANDS = 100_000;

  private RedisClients() {}

  /**
   * A client with threads of its own, to be closed by {@link #close}. Commands are never sent again
   * by it, nor kept while it is not connected: whoever sends them decides.
   */
  static RedisClient open(QuotaSettings settings) {
    ClientOptions options = options(settings);
    ClientResources resources =
        ClientResources.builder()
            .ioThreadPoolSize(THREADS)
            .computationThreadPoolSize(THREADS)
            .reconnectDelay(
                () -> Delay.exponential(SHORTEST_WAIT, LONGEST_WAIT, 2, TimeUnit.MILLISECONDS))
            .build();
    RedisClient client = RedisClient.create(resources);
    client.setOptions(options);
    return client;
  }

  private static ClientOptions options(QuotaSettings settings) {
    SslOptions.Builder tls = SslOptions.builder().jdkSslProvider();
    if (!settings.redisCa().isEmpty()) {
      tls.trustManager(Path.of(settings.redisCa()).toFile());
    }
    return ClientOptions.builder()
        .autoReconnect(true)
        .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
        .replayFilter(_ -> true)
        .requestQueueSize(MOST_COMMANDS)
        .protocolVersion(ProtocolVersion.RESP2)
        .maintNotificationsConfig(MaintNotificationsConfig.disabled())
        .socketOptions(
            SocketOptions.builder()
                .connectTimeout(CONNECT_TIMEOUT)
                .keepAlive(true)
                .tcpUserTimeout(
                    SocketOptions.TcpUserTimeoutOptions.builder()
                        .enable()
                        .tcpUserTimeout(SILENCE)
                        .build())
                .build())
        .sslOptions(tls.build())
        .build();
  }

  /**
   * Where that Redis is, with user and password.
   *
   * @throws IllegalArgumentException if the file with the password cannot be read
   */
  static RedisURI uri(QuotaSettings settings) {
    RedisURI uri = RedisURI.create(settings.redisUrl());
    uri.setTimeout(CONNECT_TIMEOUT);
    char[] password = password(settings).toCharArray();
    RedisURI.Builder with = RedisURI.builder(uri);
    if (password.length > 0) {
      if (settings.redisUser().isEmpty()) {
        with.withPassword(password);
      } else {
        with.withAuthentication(settings.redisUser(), password);
      }
    }
    return with.build();
  }

  private static String password(QuotaSettings settings) {
    if (settings.redisPasswordFile().isEmpty()) {
      return settings.redisPassword();
    }
    try {
      return Files.readString(Path.of(settings.redisPasswordFile()), StandardCharsets.UTF_8)
          .strip();
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "quota.redisPasswordFile: "
              + settings.redisPasswordFile()
              + " (expected: a file that can be read)",
          e);
    }
  }

  /** Whether Redis was reached and does not accept user or password. */
  static boolean isRefused(Throwable failure) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      String message = String.valueOf(t.getMessage());
      if (t instanceof RedisCommandExecutionException
          && (message.startsWith("WRONGPASS")
              || message.startsWith("NOAUTH")
              || message.startsWith("NOPERM")
              || message.startsWith("ERR AUTH"))) {
        return true;
      }
    }
    return false;
  }

  static void close(RedisClient client) {
    ClientResources resources = client.getResources();
    client.shutdown(Duration.ZERO, CONNECT_TIMEOUT);
    resources.shutdown(0, CONNECT_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS).syncUninterruptibly();
  }
}
