package kz.qaqpa.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import kz.qaqpa.admission.quota.Limits;
import kz.qaqpa.admission.quota.QuotaBook;
import kz.qaqpa.config.ConfigException;
import kz.qaqpa.config.ConfigLoader;
import kz.qaqpa.fixture.MemoryLedger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdmissionGateTest {
  private static final Agency AGENCY =
      new Agency("minfin", new Agency.Names("қ", "р", "e"), Limits.NONE);

  @Test
  void cap_isExactUnderConcurrency() throws Exception {
    Application application = new Application(AGENCY, "app", Limits.NONE.withConcurrentStreams(5));
    AdmissionGate gate =
        new AdmissionGate(
            AgencyDirectory.of(new AgenciesFile(List.of())),
            QuotaBook.system(),
            new MemoryLedger());
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    CountDownLatch start = new CountDownLatch(1);
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      List<Future<?>> all = new ArrayList<>();
      for (int t = 0; t < 8; t++) {
        all.add(
            threads.submit(() -> {
              start.await();
              for (int i = 0; i < 20_000; i++) {
                try (Permit permit = gate.admit(application)) {
                  most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                  inside.decrementAndGet();
                  permit.close(); // Closing twice gives back once.
                } catch (Refusal.OverQuota expected) {
                  Thread.onSpinWait();
                }
              }
              return null;
            }));
      }
      start.countDown();
      for (Future<?> one : all) {
        one.get();
      }
    }
    assertThat(most.get()).isBetween(1, 5);
    assertThat(gate.live()).isZero();
    List<Permit> full = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      full.add(gate.admit(application));
    }
    assertThatThrownBy(() -> gate.admit(application)).isInstanceOf(Refusal.OverQuota.class);
    full.forEach(Permit::close);
    assertThat(gate.awaitIdle(Duration.ofSeconds(1))).isTrue();
  }

  @Test
  void drained_admitsNobody() throws Exception {
    Application application = new Application(AGENCY, "app", Limits.NONE.withConcurrentStreams(5));
    AdmissionGate gate =
        new AdmissionGate(
            AgencyDirectory.of(new AgenciesFile(List.of())),
            QuotaBook.system(),
            new MemoryLedger());
    Permit before = gate.admit(application);
    gate.drain();
    assertThatThrownBy(() -> gate.admit(application)).isInstanceOf(Refusal.Draining.class);
    assertThat(gate.awaitIdle(Duration.ofMillis(1))).isFalse();
    before.close();
    assertThat(gate.awaitIdle(Duration.ofSeconds(1))).isTrue();
  }

  @Test
  void shippedFile_hasTheSampleAgencies_withoutKeys() {
    AgencyDirectory directory = shipped(Path.of(System.getProperty("qaqpa.root"), "config"));
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
  }

  @Test
  void keys_belongToTheirApplication_only() {
    Application one = new Application(AGENCY, "one", Limits.NONE);
    Application two = new Application(AGENCY, "two", Limits.NONE);
    AgencyDirectory directory =
        AgencyDirectory.of(new AgenciesFile(List.of())).with(one, "key-one").with(two, "key-two");
    for (int i = 0; i < 2; i++) { // The second time from the cache.
      assertThat(directory.find("key-one")).isEqualTo(one);
      assertThat(directory.find("key-two")).isEqualTo(two);
      assertThat(directory.find("key-three")).isNull();
    }
    assertThat(AgencyDirectory.sha256("abc"))
        .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  }

  @Test
  void malformedEntries_areNamed_withoutKeys() {
    assertThatThrownBy(() -> new AgenciesFile.KeyEntry("qpk_secret"))
        .hasMessage("sha256: 10 characters (expected: 64 lowercase hexadecimal digits)");
    assertThatThrownBy(() -> new Agency("Қаржы", AGENCY.name(), Limits.NONE))
        .hasMessageStartingWith("id: \"Қаржы\" (expected: 1 to 64 of a-z");
    AgenciesFile.AgencyEntry twice =
        new AgenciesFile.AgencyEntry("a", AGENCY.name(), null, List.of());
    assertThatThrownBy(() -> new AgenciesFile(List.of(twice, twice)))
        .hasMessage("agencies: id \"a\" twice (expected: once)");
  }

  @Test
  void salts_differByAgencyAndProcess() {
    PrefixSalts salts = PrefixSalts.random();
    Agency other = new Agency("kgd", AGENCY.name(), Limits.NONE);
    assertThat(salts.of(AGENCY)).isEqualTo(salts.of(AGENCY)).isNotEqualTo(salts.of(other));
    assertThat(PrefixSalts.random().of(AGENCY)).isNotEqualTo(salts.of(AGENCY));
  }

  @Test
  void limits_areRead_andTheLineOfABadOneIsNamed(@TempDir Path folder) throws Exception {
    String file =
        """
        agencies:
          - id: minfin
            name: {kk: қ, ru: р, en: e}
            limits: {tokensPerMonth: 3000000000}
            applications:
              - id: chat
                limits:
                  requestsPerSecond: 20
                  burst: 40
                  charactersPerDay: 1000
        """;
    Files.writeString(folder.resolve("agencies.yaml"), file);
    Application chat = Objects.requireNonNull(shipped(folder).application("minfin", "chat"));
    assertThat(chat.limits().burst()).isEqualTo(40);
    assertThat(chat.limits().charactersPerDay()).isEqualTo(1000);
    assertThat(chat.limits().tokensPerDay()).isNull();
    assertThat(chat.agency().limits().tokensPerMonth()).isEqualTo(3_000_000_000L);
    for (String[] bad :
        new String[][] {
          {"1000", "0", ":10: agencies[0].applications[0].limits.charactersPerDay: 0 (expected:"},
          {"1000", "1.5", ":10: agencies[0].applications[0].limits.charactersPerDay: 1.5 (exp"},
          {"1000", "viel", ":10: agencies[0].applications[0].limits.charactersPerDay: viel"},
          {"burst: 40", "burst: -1", ":9: agencies[0].applications[0].limits.burst: -1 (expected"},
          {"requestsPerSecond: 20", "minGrant: 1", ":9: agencies[0].applications[0].limits.burst"},
          {"burst", "brust", ":9: agencies[0].applications[0].limits.brust: unknown key"},
          {"3000000000", "9e99", ":4: agencies[0].limits.tokensPerMonth"},
        }) {
      Files.writeString(folder.resolve("agencies.yaml"), file.replace(bad[0], bad[1]));
      assertThatThrownBy(() -> shipped(folder))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("agencies.yaml" + bad[2]);
    }
  }

  private static AgencyDirectory shipped(Path folder) throws ConfigException {
    return AgencyDirectory.of(
        ConfigLoader.load(folder, Map.of()).bindFile("agencies.yaml", AgenciesFile.class));
  }
}
