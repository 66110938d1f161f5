package kz.qaqpa.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import kz.qaqpa.admission.identity.IdentityFile;
import kz.qaqpa.admission.quota.redis.QuotaSettings;
import kz.qaqpa.admission.registry.RegistrySettings;
import kz.qaqpa.batching.BatchingSettings;
import kz.qaqpa.config.Config;
import kz.qaqpa.config.ConfigLoader;
import kz.qaqpa.engine.EngineSettings;
import kz.qaqpa.engine.SyntheticSettings;
import kz.qaqpa.report.ReportSettings;
import kz.qaqpa.responses.ResponsesSettings;
import kz.qaqpa.ws.WsSettings;
import org.junit.jupiter.api.Test;

/** Pins every default and every name of the sections that this module starts with. */
class SettingsTest {

  @Test
  void defaults() {
    Config config = load(Map.of());
    assertThat(config.bind("server", ServerSettings.class))
        .isEqualTo(
            new ServerSettings(
                "127.0.0.1",
                8080,
                List.of(),
                "auto",
                Duration.ofMinutes(10),
                Duration.ofSeconds(10),
                ServerSettings.Metrics.LOOPBACK));
    assertThat(config.bind("http", HttpSettings.class))
        .isEqualTo(
            new HttpSettings(
                8 << 20,
                32 << 10,
                4096,
                1024,
                128,
                Duration.ofSeconds(10),
                Duration.ofSeconds(30),
                Duration.ofSeconds(60),
                Duration.ofSeconds(75),
                Duration.ofSeconds(15),
                0,
                0,
                256));
    assertThat(config.bind("tls", TlsSettings.class)).isEqualTo(TlsSettings.off());
    assertThat(config.bind("batching", BatchingSettings.class))
        .isEqualTo(BatchingSettings.defaults());
    assertThat(config.bind("responses", ResponsesSettings.class))
        .isEqualTo(new ResponsesSettings(10_000, 64L << 20, Duration.ofHours(24)));
  }

  @Test
  void engine() {
    EngineSettings settings = load(Map.of()).bind("engine", EngineSettings.class);
    assertThat(settings.precision()).isEqualTo("auto");
    assertThat(settings.slots()).isZero();
    assertThat(settings.slotLength()).isZero();
    assertThat(settings.threads()).isZero();
    assertThat(settings.plan()).isEmpty();
    assertThat(settings.synthetic()).isEqualTo(new SyntheticSettings(1, 4000, 20, 15));
    Map<String, String> some =
        Map.of("QAQPA_ENGINE_SLOTS", "65536", "QAQPA_ENGINE_SYNTHETIC_STEP_MICROS", "0.5");
    EngineSettings changed = load(some).bind("engine", EngineSettings.class);
    assertThat(changed.slots()).isEqualTo(65_536);
    assertThat(changed.synthetic()).isEqualTo(new SyntheticSettings(1, 0.5, 20, 15));
  }

  @Test
  void cors() {
    assertThat(load(Map.of()).bind("cors", CorsSettings.class))
        .isEqualTo(new CorsSettings(List.of(), false, Duration.ofMinutes(10)));
    Map<String, String> some =
        Map.of(
            "QAQPA_CORS_ALLOWED_ORIGINS", "https://a.kz, http://localhost:3000",
            "QAQPA_CORS_ALLOW_CREDENTIALS", "true",
            "QAQPA_CORS_MAX_AGE", "1m");
    assertThat(load(some).bind("cors", CorsSettings.class))
        .isEqualTo(
            new CorsSettings(
                List.of("https://a.kz", "http://localhost:3000"), true, Duration.ofMinutes(1)));
    for (String origin :
        List.of("https://a.kz/", "a.kz", "null", "https://*.kz", "https://A.kz", "file://a")) {
      assertThatThrownBy(() -> new CorsSettings(List.of(origin), false, Duration.ZERO))
          .hasMessageStartingWith("allowedOrigins: " + origin + " (expected: an origin such as");
    }
    assertThatThrownBy(() -> new CorsSettings(List.of("https://a.kz", "*"), false, Duration.ZERO))
        .hasMessage("allowedOrigins: * beside others (expected: * alone, or exact origins)");
    assertThatThrownBy(() -> new CorsSettings(List.of("*"), true, Duration.ZERO))
        .hasMessage("allowedOrigins: * (expected: exact origins, as allowCredentials is true)");
  }

  @Test
  void reports() {
    assertThat(load(Map.of()).bind("reports", ReportSettings.class))
        .isEqualTo(new ReportSettings(2, 8));
    Map<String, String> all = Map.of("QAQPA_REPORTS_PER_READER", "3", "QAQPA_REPORTS_TOTAL", "4");
    assertThat(load(all).bind("reports", ReportSettings.class)).isEqualTo(new ReportSettings(3, 4));
    assertThatThrownBy(() -> new ReportSettings(0, 4))
        .hasMessage("reports.perReader: 0 (expected: 1 to 100)");
    assertThatThrownBy(() -> new ReportSettings(5, 4))
        .hasMessage("reports.total: 4 (expected: 5 to 1000)");
  }

  @Test
  void ws() {
    assertThat(load(Map.of()).bind("ws", WsSettings.class))
        .isEqualTo(
            new WsSettings(
                List.of(),
                256,
                1 << 20,
                16,
                16,
                32,
                Duration.ofSeconds(15),
                Duration.ofSeconds(30),
                Duration.ofMinutes(10),
                Duration.ofMinutes(60),
                Duration.ofSeconds(30)));
    Map<String, String> all =
        Map.ofEntries(
            Map.entry("QAQPA_WS_ORIGINS", "https://a.kz"),
            Map.entry("QAQPA_WS_MAX_CONNECTIONS", "1"),
            Map.entry("QAQPA_WS_MAX_MESSAGE_BYTES", "2048"),
            Map.entry("QAQPA_WS_LANES", "3"),
            Map.entry("QAQPA_WS_LANE_QUEUE", "4"),
            Map.entry("QAQPA_WS_KEPT_RESPONSES", "5"),
            Map.entry("QAQPA_WS_KEEP_ALIVE", "6s"),
            Map.entry("QAQPA_WS_PING", "7s"),
            Map.entry("QAQPA_WS_IDLE_TIMEOUT", "8s"),
            Map.entry("QAQPA_WS_LIFETIME", "9s"),
            Map.entry("QAQPA_WS_CLOSE_TIMEOUT", "10s"));
    assertThat(load(all).bind("ws", WsSettings.class))
        .isEqualTo(
            new WsSettings(
                List.of("https://a.kz"),
                1,
                2048,
                3,
                4,
                5,
                Duration.ofSeconds(6),
                Duration.ofSeconds(7),
                Duration.ofSeconds(8),
                Duration.ofSeconds(9),
                Duration.ofSeconds(10)));
    assertThatThrownBy(() -> load(Map.of("QAQPA_WS_LANES", "0")).bind("ws", WsSettings.class))
        .hasMessageContaining("QAQPA_WS_LANES")
        .hasMessageContaining("0 (expected: 1 to 1024)");
    assertThatThrownBy(
            () -> load(Map.of("QAQPA_WS_ORIGINS", "https://a.kz/")).bind("ws", WsSettings.class))
        .hasMessageContaining("https://a.kz/ (expected: an origin such as");
  }

  @Test
  void quota() {
    assertThat(load(Map.of()).bind("quota", QuotaSettings.class))
        .isEqualTo(
            new QuotaSettings(
                QuotaSettings.Store.MEMORY,
                "redis://127.0.0.1:6379",
                "",
                "",
                "",
                "",
                Duration.ofMillis(250),
                "qaqpa:",
                1,
                Duration.ofSeconds(30),
                100_000));
    Map<String, String> all =
        Map.ofEntries(
            Map.entry("QAQPA_QUOTA_STORE", "redis"),
            Map.entry("QAQPA_QUOTA_REDIS_URL", "rediss://redis.example.kz:6380/2"),
            Map.entry("QAQPA_QUOTA_REDIS_USER", "qaqpa"),
            Map.entry("QAQPA_QUOTA_REDIS_PASSWORD", "hidden"),
            Map.entry("QAQPA_QUOTA_REDIS_CA", "ca.pem"),
            Map.entry("QAQPA_QUOTA_REDIS_TIMEOUT", "1s"),
            Map.entry("QAQPA_QUOTA_PREFIX", "q:"),
            Map.entry("QAQPA_QUOTA_REPLICAS", "3"),
            Map.entry("QAQPA_QUOTA_LEASE", "10s"),
            Map.entry("QAQPA_QUOTA_PENDING_SETTLES", "7"));
    QuotaSettings settings = load(all).bind("quota", QuotaSettings.class);
    assertThat(settings)
        .isEqualTo(
            new QuotaSettings(
                QuotaSettings.Store.REDIS,
                "rediss://redis.example.kz:6380/2",
                "qaqpa",
                "hidden",
                "",
                "ca.pem",
                Duration.ofSeconds(1),
                "q:",
                3,
                Duration.ofSeconds(10),
                7));
    assertThat(settings.toString()).doesNotContain("hidden");
    assertThat(
            load(Map.of("QAQPA_QUOTA_REDIS_PASSWORD_FILE", "p"))
                .bind("quota", QuotaSettings.class)
                .redisPasswordFile())
        .isEqualTo("p");
  }

  @Test
  void badQuota_isNamed_withoutCredentials() {
    for (String url :
        List.of(
            "redis://u:hidden@127.0.0.1",
            "http://127.0.0.1",
            "redis:hidden",
            "redis://h/x?hidden",
            "redis://%hidden")) {
      assertThatThrownBy(
              () -> load(Map.of("QAQPA_QUOTA_REDIS_URL", url)).bind("quota", QuotaSettings.class))
          .hasMessageContaining("QAQPA_QUOTA_REDIS_URL")
          .hasMessageContaining("(expected: redis://host:port/database or rediss://")
          .message()
          .doesNotContain("hidden");
    }
    assertThatThrownBy(() ->
            load(Map.of(
                    "QAQPA_QUOTA_REDIS_PASSWORD", "hidden",
                    "QAQPA_QUOTA_REDIS_PASSWORD_FILE", "p"))
                .bind("quota", QuotaSettings.class))
        .hasMessageContaining("beside redisPassword")
        .message()
        .doesNotContain("hidden");
    assertThatThrownBy(
            () -> load(Map.of("QAQPA_QUOTA_REPLICAS", "0")).bind("quota", QuotaSettings.class))
        .hasMessageContaining("0 (expected: 1 to 1024)");
  }

  @Test
  void registry() {
    assertThat(load(Map.of()).bind("registry", RegistrySettings.class))
        .isEqualTo(new RegistrySettings(false));
    assertThat(
            load(Map.of("QAQPA_REGISTRY_LOCAL_PROFILE", "true"))
                .bind("registry", RegistrySettings.class))
        .isEqualTo(new RegistrySettings(true));
    assertThat(IdentityFile.read(load(Map.of()))).isEqualTo(IdentityFile.none());
  }

  @Test
  void tls() {
    Config config =
        load(
            Map.of(
                "QAQPA_TLS_CERTIFICATE", "c.pem",
                "QAQPA_TLS_KEY", "k.pem",
                "QAQPA_TLS_CLIENT_CA", "a.pem",
                "QAQPA_TLS_CLIENT_AUTH", "require"));
    assertThat(config.bind("tls", TlsSettings.class))
        .isEqualTo(new TlsSettings("c.pem", "k.pem", "a.pem", TlsSettings.Client.REQUIRE));
    assertThatThrownBy(
            () -> load(Map.of("QAQPA_TLS_CERTIFICATE", "c.pem")).bind("tls", TlsSettings.class))
        .hasMessageContaining("tls.key: absent (expected: the one of tls.certificate)");
    assertThatThrownBy(
            () -> load(Map.of("QAQPA_TLS_CLIENT_AUTH", "maybe")).bind("tls", TlsSettings.class))
        .hasMessageContaining("QAQPA_TLS_CLIENT_AUTH")
        .hasMessageContaining("[none, optional, require]");
  }

  @Test
  void names() {
    Config config =
        load(
            Map.of(
                "QAQPA_SERVER_HOST", "::1",
                "QAQPA_SERVER_PORT", "9",
                "QAQPA_SERVER_HOST_NAMES", "ai.example.kz",
                "QAQPA_SERVER_ENGINE", "cpu",
                "QAQPA_SERVER_DEADLINE", "2m",
                "QAQPA_SERVER_DRAIN_TIMEOUT", "3s",
                "QAQPA_SERVER_METRICS", "never"));
    assertThat(config.bind("server", ServerSettings.class))
        .isEqualTo(
            new ServerSettings(
                "::1",
                9,
                List.of("ai.example.kz"),
                "cpu",
                Duration.ofMinutes(2),
                Duration.ofSeconds(3),
                ServerSettings.Metrics.NEVER));
    Config http =
        load(
            Map.ofEntries(
                Map.entry("QAQPA_HTTP_MAX_BODY_BYTES", "2048"),
                Map.entry("QAQPA_HTTP_MAX_HEADER_BYTES", "4096"),
                Map.entry("QAQPA_HTTP_MAX_CONNECTIONS", "7"),
                Map.entry("QAQPA_HTTP_MAX_CONNECTIONS_PER_ADDRESS", "11"),
                Map.entry("QAQPA_HTTP_MAX_STREAMS", "12"),
                Map.entry("QAQPA_HTTP_HEAD_TIMEOUT", "1s"),
                Map.entry("QAQPA_HTTP_BODY_TIMEOUT", "2s"),
                Map.entry("QAQPA_HTTP_SEND_TIMEOUT", "9s"),
                Map.entry("QAQPA_HTTP_IDLE_TIMEOUT", "3s"),
                Map.entry("QAQPA_HTTP_KEEP_ALIVE", "4s"),
                Map.entry("QAQPA_HTTP_EVENT_LOOPS", "5"),
                Map.entry("QAQPA_HTTP_TOKENIZE_THREADS", "6"),
                Map.entry("QAQPA_HTTP_TOKENIZE_QUEUE", "8")));
    assertThat(http.bind("http", HttpSettings.class))
        .isEqualTo(
            new HttpSettings(
                2048,
                4096,
                7,
                11,
                12,
                Duration.ofSeconds(1),
                Duration.ofSeconds(2),
                Duration.ofSeconds(9),
                Duration.ofSeconds(3),
                Duration.ofSeconds(4),
                5,
                6,
                8));
  }

  @Test
  void namesOfResponses() {
    Config config =
        load(
            Map.of(
                "QAQPA_RESPONSES_STORE_ENTRIES", "5",
                "QAQPA_RESPONSES_STORE_BYTES", "3000000000",
                "QAQPA_RESPONSES_STORE_TTL", "2m"));
    assertThat(config.bind("responses", ResponsesSettings.class))
        .isEqualTo(new ResponsesSettings(5, 3_000_000_000L, Duration.ofMinutes(2)));
  }

  @Test
  void badValues_areNamed() {
    assertThatThrownBy(
            () -> load(Map.of("QAQPA_SERVER_PORT", "65536")).bind("server", ServerSettings.class))
        .hasMessageContaining("QAQPA_SERVER_PORT")
        .hasMessageContaining("65536 (expected: 0 to 65535)");
    assertThatThrownBy(
            () -> load(Map.of("QAQPA_HTTP_KEEP_ALIVE", "9h")).bind("http", HttpSettings.class))
        .hasMessageContaining("QAQPA_HTTP_KEEP_ALIVE");
  }

  private static Config load(Map<String, String> environment) {
    return ConfigLoader.load(Path.of(System.getProperty("qaqpa.root"), "config"), environment);
  }
}
