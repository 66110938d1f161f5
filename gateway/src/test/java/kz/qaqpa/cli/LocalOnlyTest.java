package kz.qaqpa.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code --profile}: what it lays over the settings, and what the local one does not let pass. */
class LocalOnlyTest {
  @TempDir private Path folder;

  @Test
  void settingsThatReachOut_areNamed() throws IOException {
    Files.writeString(
        folder.resolve("identity.yaml"),
        """
        issuers:
          - {name: govid, issuer: "https://id.example.kz", audience: qaqpa,
             jwksUrl: "https://id.example.kz/certs"}
        """);
    assertThat(
            serve(
                Map.of(
                    "QAQPA_QUOTA_STORE", "redis",
                    "QAQPA_QUOTA_REDIS_URL", "redis://10.1.2.3:6379",
                    "QAQPA_LEDGER_URL", "postgresql://db.example.kz:5432/qaqpa",
                    "QAQPA_TRACING_ENDPOINT", "http://collector.example.kz:4318/v1/traces"),
                "--profile",
                "local"))
        .contains("registry.localProfile: true, and these reach out: ")
        .contains("ledger.url; quota.redisUrl; tracing.endpoint; identity.yaml: jwksUrl of govid")
        .contains("(expected: addresses of this machine, or jwksFile)");
  }

  @Test
  void theProfile_overlaysTheUsersFile_andIsOverlaidByTheEnvironment() throws IOException {
    Files.writeString(
        folder.resolve("qaqpa.yaml"), "ledger: {url: \"postgresql://db.example.kz:5432/qaqpa\"}\n");
    // What fails then is the port: the settings are good.
    assertThat(serve(Map.of("QAQPA_SERVER_PORT", "70000"), "--profile", "local"))
        .contains("QAQPA_SERVER_PORT")
        .doesNotContain("reach out");
    assertThat(
            serve(
                Map.of("QAQPA_LEDGER_URL", "postgresql://db.example.kz:5432/qaqpa"),
                "--profile",
                "local"))
        .contains("reach out: ledger.url");
  }

  @Test
  void aProfileOfTheUsers_isTakenBeforeTheShippedOne() throws IOException {
    Files.createDirectories(folder.resolve("profiles"));
    Files.writeString(folder.resolve("profiles/local.yaml"), "server: {port: 70000}\n");
    assertThat(serve(Map.of(), "--profile", "local"))
        .contains("profiles/local.yaml")
        .contains("70000");
  }

  @Test
  void unknownProfiles_areRefused() throws IOException {
    assertThat(serve(Map.of(), "--profile", "prod"))
        .contains(
            "--profile: prod (expected: local, or profiles/prod.yaml in the --config folder)");
    assertThat(serve(Map.of(), "--profile", "../x")).contains("(expected: 1 to 32 of a-z 0-9 -)");
  }

  @Test
  void thisMachine_isKnownByItsAddresses() {
    assertThat(
            List.of("redis://127.0.0.1:6379", "redis://localhost:1", "postgresql://[::1]:5432/q"))
        .allMatch(LocalOnly::isHere);
    assertThat(
            List.of(
                "redis://10.0.0.1:6379",
                "https://127.0.0.1.example.kz/",
                "https://localhost.example.kz/",
                "https://user:127.0.0.1@example.kz/",
                "not a url"))
        .noneMatch(LocalOnly::isHere);
  }

  private String serve(Map<String, String> environment, String... options) throws IOException {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    List<String> arguments = new java.util.ArrayList<>(List.of(options));
    arguments.addAll(List.of("--config", folder.toString(), "--state", folder + "/state"));
    int status =
        ServeCommand.run(
            arguments,
            new HashMap<>(environment),
            new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8));
    assertThat(status).isEqualTo(1);
    return err.toString(StandardCharsets.UTF_8);
  }
}
