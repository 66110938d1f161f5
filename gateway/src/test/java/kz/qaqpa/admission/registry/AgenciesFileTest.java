package kz.qaqpa.admission.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import kz.qaqpa.admission.Agency;
import kz.qaqpa.admission.Application;
import kz.qaqpa.admission.Declaration;
import kz.qaqpa.admission.Terms;
import kz.qaqpa.admission.quota.QuotaFallback;
import kz.qaqpa.batching.PriorityClass;
import kz.qaqpa.config.ConfigException;
import kz.qaqpa.config.ConfigLoader;
import kz.qaqpa.label.LocalText;
import kz.qaqpa.label.NoticePolicy;
import kz.qaqpa.label.Provenance;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AgenciesFileTest {
  private static final String HASH = "a".repeat(64);

  /** Every key that there is. Lines are counted below. */
  private static final String WHOLE =
      """
      agencies:
        - id: minfin
          name: {kk: қ, ru: р, en: e}
          limits: {tokensPerMonth: 3000000000}
          applications:
            - id: chat
              declaration:
                purpose: {kk: мақсат, ru: цель, en: purpose}
                owner: {kk: иесі, ru: собственник, en: owner}
                holder: {kk: иегер, ru: владелец, en: holder}
                risk: medium
                autonomy: low
                mode: closed
                ground: [service_notice, synthetic_result]
                agreementUrl: https://chat.example.kz/agreement
                humanReviewUrl: https://chat.example.kz/review
                oversight:
                  name: {ru: надзор, kk: қадағалау, en: oversight}
                  phone: +7 (7172) 74-00-00
                  email: ai@minfin.example.kz
                  url: https://minfin.example.kz/ai
                documents:
                  - Тәуекелдерді басқару, № 12
                  - https://minfin.example.kz/passport.pdf
                functions: [question_answering, translation]
              notice: prepend
              watermark: off
              models: [kaz-mini, other]
              priorityClass: citizen
              deadline: 2m
              limits:
                requestsPerSecond: 20
                burst: 40
                charactersPerDay: 1000
              quotaFallback: local-share
              reports: agency
              detectLabels: true
              keys:
                - sha256: AAAA
                  notBefore: 2026-01-01T00:00:00+05:00
                  expires: 2027-01-01T00:00:00+05:00
                  revoked: false
                  note: first
              clientCertificates:
                - sha256: BBBB
                - subject: CN=chat,O=Қаржы министрлігі,C=KZ
                  expires: 2027-01-01T00:00:00+05:00
              tokens:
                - {issuer: govid, subject: someone}
                - issuer: govid
                  client: chat
            - id: quiet
      """
          .replace("AAAA", HASH)
          .replace("BBBB", "AB:".repeat(31) + "AB");

  @TempDir private Path folder;

  @Test
  void everyKeyIsRead() throws IOException {
    Application chat = Objects.requireNonNull(read(WHOLE).application("minfin", "chat"));
    assertThat(chat.declaration())
        .isEqualTo(
            new Declaration(
                new LocalText("мақсат", "цель", "purpose"),
                new LocalText("иесі", "собственник", "owner"),
                new LocalText("иегер", "владелец", "holder"),
                Provenance.Risk.MEDIUM,
                Provenance.Autonomy.LOW,
                Provenance.Mode.CLOSED,
                List.of(Provenance.Ground.SERVICE_NOTICE, Provenance.Ground.SYNTHETIC_RESULT),
                "https://chat.example.kz/agreement",
                "https://chat.example.kz/review",
                new Declaration.Oversight(
                    new LocalText("қадағалау", "надзор", "oversight"),
                    "+7 (7172) 74-00-00",
                    "ai@minfin.example.kz",
                    "https://minfin.example.kz/ai"),
                List.of("Тәуекелдерді басқару, № 12", "https://minfin.example.kz/passport.pdf"),
                List.of(
                    Declaration.Function.QUESTION_ANSWERING, Declaration.Function.TRANSLATION)));
    assertThat(chat.terms())
        .isEqualTo(
            new Terms(
                List.of("kaz-mini", "other"),
                PriorityClass.CITIZEN,
                Duration.ofMinutes(2),
                NoticePolicy.PREPEND,
                false,
                QuotaFallback.LOCAL_SHARE,
                Terms.Reports.AGENCY,
                true));
    assertThat(chat.limits().burst()).isEqualTo(40);
    assertThat(chat.limits().charactersPerDay()).isEqualTo(1000);
    assertThat(chat.limits().tokensPerDay()).isNull();
    assertThat(chat.agency().limits().tokensPerMonth()).isEqualTo(3_000_000_000L);
    assertThat(read(WHOLE).doors(Instant.parse("2026-06-01T00:00:00Z"))).isEqualTo(5);
    assertThat(read(WHOLE).doors(Instant.parse("2028-06-01T00:00:00Z"))).isEqualTo(3);
  }

  @Test
  void whatIsNotSaidHasDefaults() throws IOException {
    Application quiet = Objects.requireNonNull(read(WHOLE).application("minfin", "quiet"));
    assertThat(quiet.declaration()).isNull();
    assertThat(quiet.terms()).isEqualTo(Terms.STANDARD);
    assertThat(Terms.STANDARD)
        .isEqualTo(
            new Terms(
                List.of(),
                PriorityClass.INTERACTIVE,
                null,
                NoticePolicy.APPEND,
                true,
                QuotaFallback.CLOSED,
                Terms.Reports.APPLICATION,
                false));
  }

  @Test
  void theShippedFileHasTheSampleAgencies_withoutDoors() {
    AgencyDirectory directory = shipped(Path.of(System.getProperty("qaqpa.root"), "config"), false);
    assertThat(directory.agencies()).hasSize(23);
    assertThat(directory.agencies())
        .extracting(Agency::id)
        .startsWith("maidd", "minfin", "kgd")
        .endsWith("gov4c", "nitec", "sandbox");
    assertThat(directory.agencies())
        .allSatisfy(agency -> {
          assertThat(agency.name().kk()).isNotBlank();
          assertThat(agency.name().ru()).isNotBlank();
          assertThat(agency.name().en()).isNotBlank();
        });
    assertThat(directory.application("sandbox", "development")).isNotNull();
    assertThat(directory.application("minfin", "development")).isNull();
    assertThat(directory.doors(Instant.now())).isZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "id: minfin | id: Қаржы | 2: agencies[0].id: \"Қаржы\" (expected: 1 to 64 of a-z",
        "id: quiet | id: chat | 52: agencies[0].applications[1].id: the same as agencies[0].appl",
        "name: {kk: қ | name: {kk: '' | 3: agencies[0].name.kk: \"\" (expected: a text)",
        "risk: medium | risk: low | 11: agencies[0].applications[0].declaration.risk: low (expected:"
            + " one of [minimal, medium, high])",
        "autonomy: low | autonomy: none | 12: agencies[0].applications[0].declaration.autonomy: none",
        "mode: closed | mode: local | 13: agencies[0].applications[0].declaration.mode: local"
            + " (expected: open or closed, as registry.localProfile is false)",
        "mode: closed | mode: secret | 13: agencies[0].applications[0].declaration.mode: secret",
        "[service_notice, synthetic_result] | [] | 14: agencies[0].applications[0].declaration"
            + ".ground: none (expected: service_notice, synthetic_result or both)",
        "[service_notice, synthetic_result] | [service_notice, service_notice] | 14: agencies[0]"
            + ".applications[0].declaration.ground: one twice",
        "[service_notice, synthetic_result] | service_notice | 14: agencies[0].applications[0]"
            + ".declaration.ground: service_notice (expected: a list)",
        "declaration: | limit: | 7: agencies[0].applications[0].limit: unknown key",
        "notice: prepend | notice: none | 26: agencies[0].applications[0].notice: none (expected:"
            + " one of [append, prepend, client])",
        "watermark: off | watermark: false | 27: agencies[0].applications[0].watermark: false"
            + " (expected: one of [on, off])",
        "watermark: off | watermark: no | 27: agencies[0].applications[0].watermark: no (expected",
        "detectLabels: true | detectLabels: on | 37: agencies[0].applications[0].detectLabels: on"
            + " (expected: true or false)",
        "[kaz-mini, other] | [] | 28: agencies[0].applications[0].models: none (expected: at least",
        "priorityClass: citizen | priorityClass: vip | 29: agencies[0].applications[0].priorityC",
        "deadline: 2m | deadline: 2 | 30: agencies[0].applications[0].deadline: 2 (expected: a dur",
        "deadline: 2m | deadline: 2d | 30: agencies[0].applications[0].deadline: PT48H (expected: P",
        "burst: 40 | burst: -1 | 33: agencies[0].applications[0].limits.burst: -1 (expected",
        "burst: 40 | brust: 40 | 33: agencies[0].applications[0].limits.brust: unknown key",
        "charactersPerDay: 1000 | charactersPerDay: 1.5 | 34: agencies[0].applications[0].limits.cha",
        "tokensPerMonth: 3000000000 | tokensPerMonth: 9e99 | 4: agencies[0].limits.tokensPerMonth",
        "local-share | share | 35: agencies[0].applications[0].quotaFallback: share (expected: one"
            + " of [closed, local-share])",
        "reports: agency | reports: all | 36: agencies[0].applications[0].reports: all",
        "sha256: aaaa | sha256: zaaa | 39: agencies[0].applications[0].keys[0].sha256: 64 character",
        "sha256: aaaa | key: aaaa | 39: agencies[0].applications[0].keys[0].key: unknown key",
        "notBefore: 2026 | notBefore: 2028 | 40: agencies[0].applications[0].keys[0].notBefore: 2027"
            + "-12-31T19:00:00Z (expected: before expires)",
        "00+05:00 | 00 | 40: agencies[0].applications[0].keys[0].notBefore: <19 characters>",
        "revoked: false | revoked: maybe | 42: agencies[0].applications[0].keys[0].revoked: <5 c",
        "sha256: AB | sha256: AX | 45: agencies[0].applications[0].clientCertificates[0].sha256: 95",
        "CN=chat, | chat, | 46: agencies[0].applications[0].clientCertificates[1].subject: malformed",
        "subject: someone | sub: someone | 49: agencies[0].applications[0].tokens[0].sub: unknown",
        ", subject: someone | `` | 49: agencies[0].applications[0].tokens[0]: neither subject nor",
        "subject: someone | client: chat | 50: agencies[0].applications[0].tokens[1]: the same as a",
        "issuer: govid, | issuer: other, | 49: agencies[0].applications[0].tokens[0].issuer: unknown"
            + " (expected: a name from identity.yaml, one of [govid])",
      })
  void whatIsWrongIsNamedWithItsLine(String good, String bad, String problem) throws IOException {
    assertThat(WHOLE).contains(good);
    assertThat(problems(WHOLE.replace(good, bad)).getFirst()).startsWith(":" + problem);
  }

  @Test
  void applicationsThatCanBeAskedAreDeclared() throws IOException {
    for (String door :
        List.of(
            "keys: [{sha256: " + HASH + "}]",
            "clientCertificates: [{subject: CN=a}]",
            "tokens: [{issuer: govid, subject: a}]")) {
      assertThat(problems(WHOLE + "        " + door.replace(HASH, "b".repeat(64)) + "\n"))
          .containsExactly(
              ":52: agencies[0].applications[1].declaration: missing (expected: a mapping, as the"
                  + " application has keys, certificates or tokens)");
    }
  }

  @Test
  void everyPartOfADeclarationIsNeeded_andAllThatIsMissingIsTold() {
    assertThat(problems(WHOLE.replace("risk: medium", "").replace("owner:", "#")))
        .containsExactly(
            ":7: agencies[0].applications[0].declaration.owner: missing (expected: a mapping)",
            ":7: agencies[0].applications[0].declaration.risk: missing (expected: one of [minimal,"
                + " medium, high])");
  }

  @Test
  void doorsThatLeadToTwoApplicationsAreRefused() {
    String more =
        """
                declaration:
                  purpose: {kk: а, ru: б, en: c}
                  owner: {kk: а, ru: б, en: c}
                  holder: {kk: а, ru: б, en: c}
                  risk: minimal
                  autonomy: low
                  mode: open
                  ground: [service_notice]
                keys: [{sha256: HASH}, {sha256: HASH}]
                clientCertificates: [{sha256: FINGERPRINT}, {subject: "cn=chat, o=NAME, c=KZ"}]
                tokens: [{issuer: govid, client: chat}]
          - id: minfin
            name: {kk: қ, ru: р, en: e}
        """
            .replace("HASH", HASH)
            .replace("NAME", "Қаржы министрлігі")
            .replace("FINGERPRINT", "ab".repeat(32));
    assertThat(problems(WHOLE + more))
        .extracting(problem -> problem.replaceAll("\\(expected.*", ""))
        .containsExactly(
            ":61: agencies[0].applications[1].keys[0]: the same as"
                + " agencies[0].applications[0].keys[0] ",
            ":61: agencies[0].applications[1].keys[1]: the same as"
                + " agencies[0].applications[0].keys[0] ",
            ":62: agencies[0].applications[1].clientCertificates[0]: the same as"
                + " agencies[0].applications[0].clientCertificates[0] ",
            ":62: agencies[0].applications[1].clientCertificates[1]: the same as"
                + " agencies[0].applications[0].clientCertificates[1] ",
            ":63: agencies[0].applications[1].tokens[0]: the same as"
                + " agencies[0].applications[0].tokens[1] ",
            ":64: agencies[1].id: the same as agencies[0].id ");
  }

  @Test
  void keysThatWerePastedByMistakeAreNotRepeated() {
    String key = "qpk_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    for (String at : List.of("sha256: " + HASH, "revoked: false", "notBefore: 2026-01-01")) {
      String name = at.substring(0, at.indexOf(':'));
      assertThat(problems(WHOLE.replace(at, name + ": " + key)).toString())
          .contains("keys[0]." + name)
          .doesNotContain("AAAAAA");
    }
  }

  @Test
  void theWatermarkIsOnOrOff_asItIsWritten() throws IOException {
    assertThat(watermark("watermark: off")).isFalse();
    assertThat(watermark("watermark: \"off\"")).isFalse();
    assertThat(watermark("watermark: on")).isTrue();
    assertThat(watermark("watermark: \"on\"")).isTrue();
    assertThat(watermark("")).isTrue();
  }

  private boolean watermark(String line) throws IOException {
    AgencyDirectory directory = read(WHOLE.replace("watermark: off", line));
    return Objects.requireNonNull(directory.application("minfin", "chat")).terms().watermark();
  }

  @Test
  void modeLocalIsForTheLocalProfile() throws IOException {
    write(WHOLE.replace("mode: closed", "mode: local"));
    Application chat = Objects.requireNonNull(shipped(folder, true).application("minfin", "chat"));
    assertThat(Objects.requireNonNull(chat.declaration()).mode()).isEqualTo(Provenance.Mode.LOCAL);
  }

  private List<String> problems(String text) {
    String file = folder.resolve(Registry.FILE).toString();
    return catchThrowableOfType(ConfigException.class, () -> read(text)).problems().stream()
        .map(problem -> problem.replace(file, ""))
        .toList();
  }

  private AgencyDirectory read(String text) throws IOException {
    write(text);
    return shipped(folder, false);
  }

  private void write(String text) throws IOException {
    Files.writeString(folder.resolve(Registry.FILE), text);
  }

  private static AgencyDirectory shipped(Path folder, boolean local) {
    try (Registry registry =
        Registry.open(
            ConfigLoader.load(folder, Map.of()), new RegistrySettings(local), Set.of("govid"))) {
      return registry.directory();
    }
  }
}
