package kz.qaqpa.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import kz.qaqpa.config.ConfigLoader;
import kz.qaqpa.ledger.LedgerSettings.WhenFull;
import org.junit.jupiter.api.Test;

/** Pins every default and every name of the section {@code ledger}. */
class LedgerSettingsTest {

  @Test
  void defaults() {
    assertThat(load(Map.of()))
        .isEqualTo(
            new LedgerSettings(
                Path.of(System.getProperty("user.home"), ".local/state/qaqpa"),
                "",
                "qaqpa",
                "",
                8,
                Duration.ofMillis(5),
                Duration.ofSeconds(2),
                256L << 20,
                WhenFull.REFUSE));
  }

  @Test
  void names() {
    Map<String, String> all =
        Map.of(
            "QAQPA_LEDGER_FOLDER", "/var/lib/qaqpa",
            "QAQPA_LEDGER_URL", "postgresql://db.example.kz:5433/qaqpa?sslmode=verify-full",
            "QAQPA_LEDGER_USER", "gate",
            "QAQPA_LEDGER_PASSWORD_FILE", "/run/secrets/ledger",
            "QAQPA_LEDGER_POOL_SIZE", "2",
            "QAQPA_LEDGER_COMMIT_DELAY", "1ms",
            "QAQPA_LEDGER_COMMIT_TIMEOUT", "3s",
            "QAQPA_LEDGER_SPOOL_BYTES", "20000000",
            "QAQPA_LEDGER_WHEN_FULL", "drop-oldest-and-count");
    assertThat(load(all))
        .isEqualTo(
            new LedgerSettings(
                Path.of("/var/lib/qaqpa"),
                "postgresql://db.example.kz:5433/qaqpa?sslmode=verify-full",
                "gate",
                "/run/secrets/ledger",
                2,
                Duration.ofMillis(1),
                Duration.ofSeconds(3),
                20_000_000,
                WhenFull.DROP_OLDEST_AND_COUNT));
  }

  @Test
  void badValues_areNamed() {
    for (String url :
        List.of("postgres://a/b", "postgresql://a", "postgresql://a:b:c/d", "jdbc:h2:mem:", "x")) {
      assertThatThrownBy(() -> load(Map.of("QAQPA_LEDGER_URL", url)))
          .hasMessageContaining("QAQPA_LEDGER_URL")
          .hasMessageContaining("(expected: postgresql://host:port/database")
          .hasMessageNotContaining(url + " (");
    }
    assertThatThrownBy(() -> load(Map.of("QAQPA_LEDGER_WHEN_FULL", "drop")))
        .hasMessageContaining("[refuse, drop-oldest-and-count]");
    assertThatThrownBy(() -> load(Map.of("QAQPA_LEDGER_SPOOL_BYTES", "1")))
        .hasMessageContaining("1 (expected: 16777216 to 1099511627776)");
    assertThatThrownBy(
            () -> load(Map.of("QAQPA_LEDGER_USER", "", "QAQPA_LEDGER_URL", "postgresql://a/b")))
        .hasMessageContaining("user: absent (expected: a user of PostgreSQL)");
  }

  private static LedgerSettings load(Map<String, String> environment) {
    return ConfigLoader.load(Path.of(System.getProperty("qaqpa.root"), "config"), environment)
        .bind("ledger", LedgerSettings.class);
  }
}
