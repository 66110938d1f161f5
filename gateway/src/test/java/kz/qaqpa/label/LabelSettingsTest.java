package kz.qaqpa.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import kz.qaqpa.config.ConfigLoader;
import kz.qaqpa.language.Language;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pins the section {@code labels}. */
class LabelSettingsTest {
  @TempDir private Path folder;

  @Test
  void defaults() {
    LabelSettings settings = load(Map.of());
    assertThat(settings)
        .isEqualTo(
            new LabelSettings(
                "v1",
                0,
                4096,
                Duration.ofSeconds(5),
                false,
                "kk",
                List.of(),
                "",
                "",
                new LabelSettings.Pkcs11("", 0, ""),
                Duration.ofDays(1095),
                60));
    assertThat(settings.retention()).isEqualTo(Duration.ofDays(1095));
    assertThat(settings.fallback()).isEqualTo(Language.KK);
    assertThat(settings.signers()).isPositive();
  }

  @Test
  void variables() {
    Map<String, String> all = new HashMap<>();
    all.put("QAQPA_LABELS_RETENTION", "7d");
    all.put("QAQPA_LABELS_VERIFICATIONS_PER_MINUTE", "5");
    all.putAll(
        Map.of(
            "QAQPA_LABELS_SCHEMA", "v1-aigc",
            "QAQPA_LABELS_SIGN_THREADS", "3",
            "QAQPA_LABELS_ANSWERS", "7",
            "QAQPA_LABELS_SIGN_TIMEOUT", "1s",
            "QAQPA_LABELS_HTTP_SIGNATURES", "true",
            "QAQPA_LABELS_DEFAULT_LANGUAGE", "ru",
            "QAQPA_LABELS_WATERMARK_KEY", "/w",
            "QAQPA_LABELS_SALT_KEY", "/s",
            "QAQPA_LABELS_PKCS11_LIBRARY", "/l.so",
            "QAQPA_LABELS_PKCS11_PIN_FILE", "/p"));
    assertThat(load(all))
        .isEqualTo(
            new LabelSettings(
                "v1-aigc",
                3,
                7,
                Duration.ofSeconds(1),
                true,
                "ru",
                List.of(),
                "/w",
                "/s",
                new LabelSettings.Pkcs11("/l.so", 0, "/p"),
                Duration.ofDays(7),
                5));
  }

  @Test
  void keysInAFile() throws Exception {
    Files.writeString(
        folder.resolve("qaqpa.yaml"),
        """
        labels:
          keys:
            - file: /etc/qaqpa/a.pem
              notBefore: 2027-01-01T00:00:00Z
              notAfter: 2028-01-01T00:00:00Z
            - alias: labels-2028
          pkcs11: {library: /l.so, pinFile: /p}
        """);
    List<LabelSettings.Key> keys = load(Map.of()).keys();
    assertThat(keys)
        .containsExactly(
            new LabelSettings.Key(
                "/etc/qaqpa/a.pem", null, "2027-01-01T00:00:00Z", "2028-01-01T00:00:00Z"),
            new LabelSettings.Key(null, "labels-2028", null, null));
    assertThat(keys.getFirst().to()).isEqualTo(Instant.parse("2028-01-01T00:00:00Z"));
  }

  @Test
  void whatIsWrongIsNamed() {
    assertThatThrownBy(() -> load(Map.of("QAQPA_LABELS_ANSWERS", "0")))
        .hasMessageContaining("labels.answers: 0 (expected: 1 to 1000000)");
    assertThatThrownBy(() -> load(Map.of("QAQPA_LABELS_RETENTION", "23h")))
        .hasMessageContaining("labels.retention: PT23H (expected: PT24H to PT876000H)");
    assertThatThrownBy(() -> load(Map.of("QAQPA_LABELS_VERIFICATIONS_PER_MINUTE", "0")))
        .hasMessageContaining("labels.verificationsPerMinute: 0 (expected: 1 to 1000000)");
    assertThatThrownBy(() -> load(Map.of("QAQPA_LABELS_DEFAULT_LANGUAGE", "uz")))
        .hasMessageContaining("labels.defaultLanguage: uz (expected: kk, ru or en)");
    assertThatThrownBy(() -> load(Map.of("QAQPA_LABELS_PKCS11_LIBRARY", "/l")))
        .hasMessageContaining("pinFile: absent (expected: a file)");
    assertThatThrownBy(() -> new LabelSettings.Key(null, null, null, null))
        .hasMessage("file: absent (expected: either file or alias)");
    assertThatThrownBy(() -> new LabelSettings.Key("a", "b", null, null))
        .hasMessage("alias: beside file (expected: either file or alias)");
    assertThatThrownBy(() -> new LabelSettings.Key("a", null, "2027", null))
        .hasMessage("notBefore: 2027 (expected: a time such as 2027-01-01T00:00:00Z)");
    assertThatThrownBy(
            () -> new LabelSettings.Key("a", null, "2027-01-01T00:00:00Z", "2027-01-01T00:00:00Z"))
        .hasMessage("notAfter: 2027-01-01T00:00:00Z (expected: later than notBefore)");
  }

  private LabelSettings load(Map<String, String> environment) {
    return ConfigLoader.load(folder, environment).bind("labels", LabelSettings.class);
  }
}
