package kz.qaqpa.admission.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import kz.qaqpa.admission.Application;
import kz.qaqpa.admission.Declaration;
import kz.qaqpa.config.ConfigException;
import kz.qaqpa.config.ConfigLoader;
import kz.qaqpa.label.LocalText;
import kz.qaqpa.label.Provenance;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What the law asks of an application of high risk, and what nobody may declare. */
class DeclarationCheckTest {
  private static final String HERE = "agencies[0].applications[1].declaration";

  /** An application that is declared as far as it must be. Lines are counted below. */
  private static final String HIGH =
      """
      agencies:
        - id: health
          name: {kk: қ, ru: р, en: e}
          applications:
            - id: first
            - id: triage
              declaration:
                purpose: {kk: а, ru: б, en: c}
                owner: {kk: иесі, ru: собственник, en: owner}
                holder: {kk: иегер, ru: владелец, en: holder}
                risk: high
                autonomy: high
                mode: open
                ground: [service_notice]
                agreementUrl: https://a.example.kz/agreement
                humanReviewUrl: https://a.example.kz/review
                oversight: {phone: "1414"}
                documents: [Жүйенің сипаттамасы]
                functions: [decision_support]
      """;

  @TempDir private Path folder;

  @Test
  void whoDeclaresAllIsLetIn_andLabelsRepeatIt() throws IOException {
    Application triage = read(HIGH);
    assertThat(triage.provenance())
        .isEqualTo(
            new Provenance(
                "health",
                "triage",
                new LocalText("иесі", "собственник", "owner"),
                new LocalText("иегер", "владелец", "holder"),
                Provenance.Risk.HIGH,
                Provenance.Autonomy.HIGH,
                Provenance.Mode.OPEN,
                List.of(Provenance.Ground.SERVICE_NOTICE),
                "https://a.example.kz/agreement",
                "https://a.example.kz/review"));
  }

  @Test
  void withoutADeclaration_theAgencyAnswers() throws IOException {
    Application bare = read(HIGH.substring(0, HIGH.indexOf("        declaration")));
    assertThat(bare.provenance())
        .isEqualTo(Provenance.undeclared("health", "triage", new LocalText("қ", "р", "e")));
  }

  @Test
  void highRiskNeedsAnAgreementOversightAndDocuments_andAllThatIsMissingIsTold() {
    String bare = without(without(without(HIGH, "agreementUrl"), "oversight"), "documents");
    assertThat(problems(bare))
        .containsExactly(
            ":7: " + HERE + ".agreementUrl: missing (expected: a link, as risk is high)",
            ":7: " + HERE + ".oversight: missing (expected: a mapping, as risk is high)",
            ":7: "
                + HERE
                + ".documents: missing (expected: a list of at least one reference, as risk is"
                + " high)");
    assertThat(problems(HIGH.replace("[Жүйенің сипаттамасы]", "[]")))
        .containsExactly(
            ":18: "
                + HERE
                + ".documents: missing (expected: a list of at least one reference, as risk is"
                + " high)");
  }

  @Test
  void lowerRiskNeedsNoneOfThem() throws IOException {
    String bare = without(without(without(HIGH, "agreementUrl"), "oversight"), "documents");
    for (String risk : List.of("minimal", "medium")) {
      Application triage = read(without(bare.replace("risk: high", "risk: " + risk), "functions"));
      Declaration declaration = Objects.requireNonNull(triage.declaration());
      assertThat(declaration.agreementUrl()).isNull();
      assertThat(declaration.oversight()).isNull();
      assertThat(declaration.documents()).isEmpty();
      assertThat(declaration.functions()).isEmpty();
    }
  }

  @Test
  void highAutonomyNeedsAReviewByAHuman() throws IOException {
    String bare = without(HIGH, "humanReviewUrl");
    assertThat(problems(bare))
        .containsExactly(
            ":7: " + HERE + ".humanReviewUrl: missing (expected: a link, as autonomy is high)");
    for (String autonomy : List.of("low", "medium")) {
      Application triage = read(bare.replace("autonomy: high", "autonomy: " + autonomy));
      assertThat(triage.provenance().humanReviewUrl()).isNull();
    }
  }

  @ParameterizedTest
  @EnumSource(Declaration.Function.class)
  void whatIsProhibitedIsRefused_withItsItemOfTheLaw(Declaration.Function function)
      throws IOException {
    String name = function.name().toLowerCase(Locale.ROOT);
    String text = HIGH.replace("[decision_support]", "[classification, " + name + "]");
    if (function == Declaration.Function.CLASSIFICATION) {
      assertThat(problems(text))
          .containsExactly(":19: " + HERE + ".functions: one twice (expected: each once)");
    } else if (function.isProhibited()) {
      assertThat(problems(text))
          .containsExactly(
              ":19: "
                  + HERE
                  + ".functions[1]: "
                  + name
                  + " (expected: none that law 230-VIII prohibits; see item "
                  + function.item()
                  + " of its article 17(3))");
    } else {
      assertThat(Objects.requireNonNull(read(text).declaration()).functions())
          .containsExactly(Declaration.Function.CLASSIFICATION, function);
    }
  }

  @Test
  void prohibitedFunctionsAreTheSevenOfTheLaw_andEachIsTold() {
    assertThat(Arrays.stream(Declaration.Function.values()).filter(it -> it.isProhibited()))
        .extracting(Declaration.Function::item)
        .containsExactly(1, 2, 3, 4, 5, 6, 7);
    assertThat(
            problems(
                HIGH.replace("risk: high", "risk: minimal")
                    .replace("[decision_support]", "[social_scoring, manipulation]")))
        .hasSize(2)
        .allSatisfy(problem -> assertThat(problem).contains("article 17(3)"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "https://a.example.kz/agreement | javascript:alert(1) | :15: .agreementUrl: no link (expect",
        "https://a.example.kz/agreement | https:/a.kz | :15: .agreementUrl: no link (expected: http",
        "https://a.example.kz/agreement | https://a.kz/қ | :15: .agreementUrl: no link (expected: h",
        "https://a.example.kz/review | ftp://a.kz | :16: .humanReviewUrl: no link (expected: https:",
        "{phone: \"1414\"} | {name: {kk: а, ru: б, en: в}} | :17: .oversight: none of phone, email a",
        "{phone: \"1414\"} | {phone: 1414} | :17: .oversight.phone: 1414 (expected: text; in quotes",
        "{phone: \"1414\"} | {phone: call us} | :17: .oversight.phone: no number (expected: such as",
        "{phone: \"1414\"} | {email: a@b} | :17: .oversight.email: no address (expected: such as ai@",
        "{phone: \"1414\"} | {url: a.kz} | :17: .oversight.url: no link (expected: https://",
        "{phone: \"1414\"} | {fax: a.kz} | :17: .oversight.fax: unknown key (expected: one of",
        "[Жүйенің сипаттамасы] | [' '] | :18: .documents: one of 0 characters (expected: addresses,",
        "[Жүйенің сипаттамасы] | [a, \"b\\nc\"] | :18: .documents: one of 3 characters (expected: add",
        "[Жүйенің сипаттамасы] | [http://] | :18: .documents: no link (expected: https://",
        "[Жүйенің сипаттамасы] | a | :18: .documents: a (expected: a list)",
        "[decision_support] | [chatting] | :19: .functions[0]: chatting (expected: one of [question",
      })
  void eachPartHasItsForm(String good, String bad, String problem) {
    assertThat(HIGH).contains(good);
    assertThat(problems(HIGH.replace(good, bad)).getFirst())
        .startsWith(problem.replace(": .", ": " + HERE + "."));
  }

  @Test
  void linksAndListsHaveAnEnd() throws IOException {
    String longest = "https://a.example.kz/" + "x".repeat(2027);
    assertThat(longest).hasSize(2048);
    String link = "https://a.example.kz/agreement";
    assertThat(read(HIGH.replace(link, longest)).provenance().agreementUrl()).isEqualTo(longest);
    assertThat(problems(HIGH.replace(link, longest + "x")).getFirst()).contains("no link");
    String title = "[Жүйенің сипаттамасы]";
    assertThat(read(HIGH.replace(title, "[" + "қ".repeat(256) + "]"))).isNotNull();
    assertThat(problems(HIGH.replace(title, "[" + "қ".repeat(257) + "]")).getFirst())
        .contains("documents: one of 257 characters");
    assertThat(problems(HIGH.replace(title, "[a" + ", b".repeat(32) + "]")).getFirst())
        .contains("documents: 33 (expected: at most 32)");
  }

  private static String without(String text, String key) {
    return text.replaceAll("(?m)^ +" + key + ": .*\n", "");
  }

  private List<String> problems(String text) {
    String file = folder.resolve(Registry.FILE).toString();
    return catchThrowableOfType(ConfigException.class, () -> read(text)).problems().stream()
        .map(problem -> problem.replace(file, ""))
        .toList();
  }

  /** The application {@code triage}. */
  private Application read(String text) throws IOException {
    Files.writeString(folder.resolve(Registry.FILE), text);
    try (Registry registry =
        Registry.unwatched(
            ConfigLoader.load(folder, Map.of()), new RegistrySettings(false), Set.of())) {
      return Objects.requireNonNull(registry.directory().application("health", "triage"));
    }
  }
}
