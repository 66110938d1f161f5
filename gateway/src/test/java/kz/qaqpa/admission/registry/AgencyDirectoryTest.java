package kz.qaqpa.admission.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import kz.qaqpa.admission.Agency;
import kz.qaqpa.admission.Application;
import kz.qaqpa.admission.Caller;
import kz.qaqpa.admission.Caller.Proof;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.admission.Terms;
import kz.qaqpa.admission.quota.Limits;
import kz.qaqpa.admission.quota.QuotaFallback;
import kz.qaqpa.batching.PriorityClass;
import kz.qaqpa.label.LocalText;
import kz.qaqpa.label.NoticePolicy;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AgencyDirectoryTest {
  private static final Instant NOW = Instant.parse("2026-11-15T09:00:00Z");
  private static final Instant LATER = NOW.plusSeconds(3600);

  @Test
  void keysBelongToTheirApplicationOnly() {
    Agency agency = new Agency("minfin", new LocalText("қ", "р", "e"), Limits.NONE);
    Application one = new Application(agency, "one", Limits.NONE);
    Application two = new Application(agency, "two", Limits.NONE);
    AgencyDirectory directory =
        AgencyDirectory.empty().with(one, "key-one").with(two, "key-two").with(one, "key-more");
    for (int i = 0; i < 2; i++) { // The second time from the cache.
      assertThat(directory.resolve(key("key-one"), NOW).application()).isEqualTo(one);
      assertThat(directory.resolve(key("key-more"), NOW).application()).isEqualTo(one);
      assertThat(directory.resolve(key("key-two"), NOW).application()).isEqualTo(two);
      refused(directory, key("key-three"), NOW, "Authorization: unknown API key (expected: a val");
    }
    assertThat(directory.agencies()).containsExactly(agency);
    assertThat(directory.applications()).containsExactly(one, two);
    assertThat(Secrets.sha256("abc"))
        .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  }

  @Test
  void timesAreLookedAtEachTime_alsoOfKeysInTheCache() {
    AgencyDirectory directory =
        directory(
            List.of(
                new KeyEntry(Secrets.sha256("old"), null, LATER, null, null),
                new KeyEntry(Secrets.sha256("new"), LATER, null, false, "from then on"),
                new KeyEntry(Secrets.sha256("lost"), null, null, true, null)),
            List.of(),
            List.of());
    Caller old = directory.resolve(key("old"), NOW);
    assertThat(old.until()).isEqualTo(LATER);
    assertThat(directory.resolve(key("old"), LATER.minusNanos(1))).isEqualTo(old);
    refused(directory, key("old"), LATER, "Authorization: expired API key (expected: a valid one)");
    refused(directory, key("new"), NOW, "Authorization: not yet valid API key");
    assertThat(directory.resolve(key("new"), LATER).until()).isNull();
    refused(directory, key("lost"), NOW, "Authorization: revoked API key");
    assertThat(directory.doors(NOW)).isEqualTo(1);
    assertThat(directory.doors(LATER)).isEqualTo(1);
  }

  @Test
  void certificatesAreKnownByFingerprint_elseBySubject() {
    String one = "1".repeat(64);
    AgencyDirectory directory =
        directory(
            List.of(),
            List.of(
                new CertificateEntry(one, null, null, null, true, null),
                new CertificateEntry(
                    null, "CN=chat, O=\"Қаржы, министрлігі\"", null, null, null, null),
                new CertificateEntry(null, "SERIALNUMBER=IIN1,CN=b", null, NOW, null, null)),
            List.of());
    String subject = Subjects.of(new X500Principal("cn=chat,o=Қаржы\\, министрлігі"));
    assertThat(directory.resolve(certificate("2".repeat(64), subject), NOW).until())
        .isEqualTo(LATER);
    refused(
        directory, certificate("2".repeat(64), subject), LATER, "client certificate: expired (");
    refused(directory, certificate(one, subject), NOW, "client certificate: revoked (expected: a");
    for (String other : List.of("CN=Chat", "CN=chat", "O=Қаржы\\, министрлігі,CN=chat", "")) {
      Proof proof = certificate("2".repeat(64), Subjects.of(new X500Principal(other)));
      refused(directory, proof, NOW, "client certificate: unknown (expected: a valid one)");
    }
    String numbered = Subjects.of(new X500Principal("2.5.4.5=#0c0449494e31,CN=b")); // UTF8String
    refused(directory, certificate(one + "2", numbered), NOW, "client certificate: expired");
  }

  @Test
  void theEntryThatSaysMostOfATokenHolds() {
    AgencyDirectory directory =
        directory(
            List.of(),
            List.of(),
            List.of(
                token("govid", "ann", null, null),
                token("govid", null, "web", null),
                token("govid", "ann", "web", true),
                token("other", "ann", "web", null)));
    assertThat(directory.resolve(shown("govid", "ann", "app"), NOW).until()).isEqualTo(LATER);
    assertThat(directory.resolve(shown("govid", "bob", "web"), NOW).until()).isEqualTo(LATER);
    assertThat(directory.resolve(shown("govid", null, "web"), NOW).until()).isEqualTo(LATER);
    refused(directory, shown("govid", "ann", "web"), NOW, "Authorization: revoked token");
    refused(directory, shown("govid", "bob", "app"), NOW, "Authorization: unknown token");
    refused(directory, shown("govid", "bob", null), NOW, "Authorization: unknown token");
    refused(directory, shown("nobody", "ann", "web"), NOW, "Authorization: unknown token");
    refused(directory, shown("govid", "ann", "app"), LATER, "Authorization: expired token");
  }

  @Test
  void newKeysAreRandom() {
    String key = Secrets.newKey();
    assertThat(key).matches("qpk_[A-Za-z0-9_-]{43}").isNotEqualTo(Secrets.newKey());
  }

  private static void refused(AgencyDirectory directory, Proof proof, Instant now, String message) {
    assertThatThrownBy(() -> directory.resolve(proof, now))
        .isInstanceOf(Refusal.Unauthorized.class)
        .hasMessageStartingWith(message);
  }

  private static AgencyDirectory directory(
      List<KeyEntry> keys, List<CertificateEntry> certificates, List<TokenEntry> tokens) {
    return AgencyDirectory.of(
        new AgenciesFile(
            List.of(
                new AgenciesFile.AgencyEntry(
                    "minfin",
                    new LocalText("қ", "р", "e"),
                    null,
                    List.of(
                        new ApplicationEntry(
                            "chat",
                            null,
                            NoticePolicy.APPEND,
                            null,
                            null,
                            PriorityClass.BATCH,
                            null,
                            null,
                            QuotaFallback.CLOSED,
                            Terms.Reports.AGENCY,
                            null,
                            keys,
                            certificates,
                            tokens))))));
  }

  private static Proof key(String key) {
    return new Proof.Key(Secrets.sha256(key));
  }

  private static Proof certificate(String sha256, String subject) {
    return new Proof.Certificate(sha256, subject, LATER);
  }

  private static TokenEntry token(
      String issuer, @Nullable String subject, @Nullable String client, @Nullable Boolean revoked) {
    return new TokenEntry(issuer, subject, client, null, null, revoked, null);
  }

  private static Proof shown(String issuer, @Nullable String subject, @Nullable String client) {
    return new Proof.Token(issuer, subject, client, LATER);
  }
}
