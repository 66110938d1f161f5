package kz.qaqpa.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import kz.qaqpa.batching.BatchingSettings;
import kz.qaqpa.config.Config;
import kz.qaqpa.config.ConfigLoader;
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
                Duration.ofSeconds(10)));
    assertThat(config.bind("http", HttpSettings.class))
        .isEqualTo(
            new HttpSettings(
                8 << 20,
                32 << 10,
                4096,
                Duration.ofSeconds(10),
                Duration.ofSeconds(30),
                Duration.ofSeconds(75),
                Duration.ofSeconds(15),
                0,
                0,
                256));
    assertThat(config.bind("batching", BatchingSettings.class))
        .isEqualTo(BatchingSettings.defaults());
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
                "QAQPA_SERVER_DRAIN_TIMEOUT", "3s"));
    assertThat(config.bind("server", ServerSettings.class))
        .isEqualTo(
            new ServerSettings(
                "::1",
                9,
                List.of("ai.example.kz"),
                "cpu",
                Duration.ofMinutes(2),
                Duration.ofSeconds(3)));
    Config http =
        load(
            Map.of(
                "QAQPA_HTTP_MAX_BODY_BYTES", "2048",
                "QAQPA_HTTP_MAX_HEADER_BYTES", "4096",
                "QAQPA_HTTP_MAX_CONNECTIONS", "7",
                "QAQPA_HTTP_HEAD_TIMEOUT", "1s",
                "QAQPA_HTTP_BODY_TIMEOUT", "2s",
                "QAQPA_HTTP_IDLE_TIMEOUT", "3s",
                "QAQPA_HTTP_KEEP_ALIVE", "4s",
                "QAQPA_HTTP_EVENT_LOOPS", "5",
                "QAQPA_HTTP_TOKENIZE_THREADS", "6",
                "QAQPA_HTTP_TOKENIZE_QUEUE", "8"));
    assertThat(http.bind("http", HttpSettings.class))
        .isEqualTo(
            new HttpSettings(
                2048,
                4096,
                7,
                Duration.ofSeconds(1),
                Duration.ofSeconds(2),
                Duration.ofSeconds(3),
                Duration.ofSeconds(4),
                5,
                6,
                8));
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
