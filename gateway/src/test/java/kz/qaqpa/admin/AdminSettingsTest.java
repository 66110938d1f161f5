package kz.qaqpa.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import kz.qaqpa.config.Config;
import kz.qaqpa.config.ConfigLoader;
import kz.qaqpa.http.TlsSettings;
import org.junit.jupiter.api.Test;

/** Pins defaults and names of section {@code admin}. */
class AdminSettingsTest {

  @Test
  void defaults() {
    assertThat(bind(Map.of()))
        .isEqualTo(
            new AdminSettings(
                "127.0.0.1",
                -1,
                List.of(),
                TlsSettings.off(),
                Duration.ofMinutes(15),
                Duration.ofHours(8),
                8,
                10));
  }

  @Test
  void names() {
    assertThat(
            bind(
                Map.ofEntries(
                    Map.entry("QAQPA_ADMIN_HOST", "0.0.0.0"),
                    Map.entry("QAQPA_ADMIN_PORT", "9"),
                    Map.entry("QAQPA_ADMIN_HOST_NAMES", "a.example.kz, b.example.kz"),
                    Map.entry("QAQPA_ADMIN_TLS_CERTIFICATE", "c.pem"),
                    Map.entry("QAQPA_ADMIN_TLS_KEY", "k.pem"),
                    Map.entry("QAQPA_ADMIN_TLS_CLIENT_CA", "a.pem"),
                    Map.entry("QAQPA_ADMIN_TLS_CLIENT_AUTH", "require"),
                    Map.entry("QAQPA_ADMIN_SESSION_IDLE", "1m"),
                    Map.entry("QAQPA_ADMIN_SESSION_LIFETIME", "2h"),
                    Map.entry("QAQPA_ADMIN_SESSIONS_PER_KEY", "3"),
                    Map.entry("QAQPA_ADMIN_LOGINS_PER_MINUTE", "4"))))
        .isEqualTo(
            new AdminSettings(
                "0.0.0.0",
                9,
                List.of("a.example.kz", "b.example.kz"),
                new TlsSettings("c.pem", "k.pem", "a.pem", TlsSettings.Client.REQUIRE),
                Duration.ofMinutes(1),
                Duration.ofHours(2),
                3,
                4));
  }

  @Test
  void inClearText_onlyThisMachineReachesIt() {
    for (String host : List.of("0.0.0.0", "::", "192.0.2.1")) {
      assertThatThrownBy(() -> bind(Map.of("QAQPA_ADMIN_HOST", host)))
          .hasMessageContaining("QAQPA_ADMIN_HOST")
          .hasMessageContaining(
              host
                  + " (expected: a loopback address such as 127.0.0.1, as there is no"
                  + " admin.tls.certificate)");
    }
    assertThat(bind(Map.of("QAQPA_ADMIN_HOST", "::1")).host()).isEqualTo("::1");
    assertThat(bind(Map.of("QAQPA_ADMIN_HOST", "localhost")).host()).isEqualTo("localhost");
  }

  @Test
  void ranges() {
    assertThatThrownBy(() -> bind(Map.of("QAQPA_ADMIN_PORT", "-2")))
        .hasMessageContaining("-2 (expected: -1 to 65535)");
    assertThatThrownBy(() -> bind(Map.of("QAQPA_ADMIN_SESSIONS_PER_KEY", "0")))
        .hasMessageContaining("0 (expected: 1 to 1000)");
    assertThatThrownBy(() -> bind(Map.of("QAQPA_ADMIN_LOGINS_PER_MINUTE", "0")))
        .hasMessageContaining("0 (expected: 1 to 1000)");
    assertThatThrownBy(() -> bind(Map.of("QAQPA_ADMIN_SESSION_IDLE", "2d")))
        .hasMessageContaining("QAQPA_ADMIN_SESSION_IDLE");
    assertThatThrownBy(() -> bind(Map.of("QAQPA_ADMIN_SESSION_LIFETIME", "8d")))
        .hasMessageContaining("QAQPA_ADMIN_SESSION_LIFETIME");
  }

  /** Two gateways on one machine need but one option each. */
  @Test
  void thePortIsTheOneAfterTheServers_unlessItIsSet() {
    AdminSettings next = bind(Map.of());
    assertThat(next.portBeside(8080)).isEqualTo(8081);
    assertThat(next.portBeside(9000)).isEqualTo(9001);
    assertThat(next.portBeside(0)).isZero();
    assertThatThrownBy(() -> next.portBeside(65_535))
        .hasMessage("admin.port: -1 (expected: a port, as none comes after server.port, 65535)");
    AdminSettings set = bind(Map.of("QAQPA_ADMIN_PORT", "7000"));
    assertThat(set.portBeside(8080)).isEqualTo(7000);
    assertThat(bind(Map.of("QAQPA_ADMIN_PORT", "0")).portBeside(8080)).isZero();
    assertThatThrownBy(() -> set.portBeside(7000))
        .hasMessage("admin.port: 7000 (expected: another than server.port)");
  }

  private static AdminSettings bind(Map<String, String> environment) {
    Config config =
        ConfigLoader.load(Path.of(System.getProperty("qaqpa.root"), "config"), environment);
    return config.bind("admin", AdminSettings.class);
  }
}
