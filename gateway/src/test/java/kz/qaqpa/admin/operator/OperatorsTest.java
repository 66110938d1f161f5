package kz.qaqpa.admin.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import kz.qaqpa.config.ConfigException;
import kz.qaqpa.config.ConfigLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The file of operators, and what becomes of it. */
class OperatorsTest {
  private static final String HASH = OperatorKey.hash("qpa_one");
  private static final String OTHER = OperatorKey.hash("qpa_other");

  @TempDir private Path folder;

  private OperatorsFile bind(String yaml) {
    try {
      Files.writeString(folder.resolve("operators.yaml"), yaml);
      return ConfigLoader.load(folder, Map.of()).bindFile("operators.yaml", OperatorsFile.class);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static String entry(String id, String role, String more) {
    return "  - id: " + id + "\n    name: A name\n    role: " + role + "\n" + more;
  }

  @Test
  void theShippedFile_namesNobody() {
    Path shipped = Path.of(System.getProperty("qaqpa.root"), "config");
    assertThat(
            ConfigLoader.load(shipped, Map.of())
                .bindFile("operators.yaml", OperatorsFile.class)
                .operators())
        .isEmpty();
  }

  @Test
  void everyRole_isRead_andKeysLeadToTheirOperator() {
    OperatorDirectory directory =
        OperatorDirectory.of(
            bind(
                "operators:\n"
                    + entry("duty", "operator", "    keys:\n      - sha256: " + HASH + "\n")
                    + entry("inspector", "auditor", "")
                    + entry(
                        "minfin-it",
                        "agency-admin",
                        "    agency: minfin\n    keys:\n      - sha256: "
                            + OTHER
                            + "\n        notBefore: 2026-11-01T00:00:00Z\n"
                            + "        expires: 2026-12-01T00:00:00+05:00\n"
                            + "        note: on the jump host\n")));
    assertThat(directory.operators())
        .extracting(Operator::role)
        .containsExactly(Role.OPERATOR, Role.AUDITOR, Role.AGENCY_ADMIN);
    OperatorDirectory.Key key = Objects.requireNonNull(directory.find(HASH));
    assertThat(key.operator().signature()).isEqualTo("operator:duty");
    assertThat(key.isGood(Instant.parse("1970-01-01T00:00:00Z"))).isTrue();
    OperatorDirectory.Key short_ = Objects.requireNonNull(directory.find(OTHER));
    assertThat(short_.operator().agency()).isEqualTo("minfin");
    assertThat(short_.isGood(Instant.parse("2026-10-31T23:59:59Z"))).isFalse();
    assertThat(short_.isGood(Instant.parse("2026-11-01T00:00:00Z"))).isTrue();
    assertThat(short_.isGood(Instant.parse("2026-11-30T18:59:59Z"))).isTrue();
    assertThat(short_.isGood(Instant.parse("2026-11-30T19:00:00Z"))).isFalse();
    assertThat(directory.find(OperatorKey.hash("qpa_none"))).isNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "agency-admin |                 | agency: absent (expected: the agency that",
        "operator     | agency: minfin  | agency: given (expected: absent",
        "auditor      | agency: minfin  | agency: given (expected: absent",
        "agency-admin | agency: МФ      | (expected: 1 to 64 of a-z",
        "root         |                 | role",
        "operator     | 'keys: [{sha256: qpa_secret}]' | 10 characters (expected: 64 lowercase"
      })
  void whatDoesNotFit_isNamed(String role, String more, String message) {
    assertThatThrownBy(
            () -> bind("operators:\n" + entry("a", role, more == null ? "" : "    " + more + "\n")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(message)
        .hasMessageContaining("operators.yaml:")
        .hasMessageNotContaining("qpa_secret");
  }

  @Test
  void idsAndKeys_areUnique() {
    assertThatThrownBy(
            () -> bind("operators:\n" + entry("a", "auditor", "") + entry("a", "auditor", "")))
        .hasMessageContaining("id \"a\" twice");
    String keys = "    keys:\n      - sha256: " + HASH + "\n";
    assertThatThrownBy(
            () -> bind("operators:\n" + entry("a", "auditor", keys) + entry("b", "auditor", keys)))
        .hasMessageContaining("twice (expected: once)");
  }

  @Test
  void aWrongFile_changesNothing_andSaysSo() {
    String good = "operators:\n" + entry("a", "auditor", "");
    String[] yaml = {good};
    Operators operators = new Operators(() -> bind(yaml[0]), null);
    yaml[0] = "operators:\n" + entry("b", "king", "");
    assertThatThrownBy(operators::reload).isInstanceOf(ConfigException.class);
    assertThat(operators.problem()).contains("role");
    assertThat(operators.directory().operators()).extracting(Operator::id).containsExactly("a");
    yaml[0] = "operators:\n" + entry("c", "operator", "");
    operators.reload();
    assertThat(operators.problem()).isNull();
    assertThat(operators.directory().operators()).extracting(Operator::id).containsExactly("c");
  }

  @Test
  void theDevelopmentKey_isForThisUserAlone_andGoesWithTheGateway() throws IOException {
    Path ledger = folder.resolve("state").resolve("ledger");
    DevelopmentOperator development = DevelopmentOperator.make(ledger);
    Path file = ledger.resolve("admin.key");
    assertThat(development.file()).isEqualTo(file);
    assertThat(Files.readString(file)).isEqualTo(development.key() + "\n").matches("qpa_\\S{43}\n");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(development.toString()).doesNotContain(development.key());
    // Of another start: the file is the newer one's.
    DevelopmentOperator next = DevelopmentOperator.make(ledger);
    assertThat(next.key()).isNotEqualTo(development.key());
    development.close();
    assertThat(file).exists();
    next.close();
    assertThat(file).doesNotExist();
  }

  @Test
  void theDevelopmentOperator_isThereOnlyWhileTheFileNamesNobody() throws IOException {
    DevelopmentOperator development = DevelopmentOperator.make(folder);
    String hash = OperatorKey.hash(development.key());
    String[] yaml = {"operators: []\n"};
    Operators operators = new Operators(() -> bind(yaml[0]), development);
    assertThat(Objects.requireNonNull(operators.directory().find(hash)).operator().role())
        .isEqualTo(Role.OPERATOR);
    yaml[0] = "operators:\n" + entry("a", "auditor", "");
    operators.reload();
    assertThat(operators.directory().find(hash)).isNull();
  }
}
