package kz.qaqpa.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import kz.qaqpa.admission.quota.Limits;
import kz.qaqpa.admission.quota.QuotaBook;
import kz.qaqpa.admission.suspension.SuspensionCheck;
import kz.qaqpa.fixture.MemoryLedger;
import kz.qaqpa.fixture.Nobody;
import kz.qaqpa.flow.RequestTrace;
import kz.qaqpa.label.LocalText;
import org.junit.jupiter.api.Test;

class AdmissionGateTest {
  private static final InFlight REQUEST = new RequestTrace("req-1", "POST", "/v1/responses");

  private static final Agency AGENCY =
      new Agency("minfin", new LocalText("қ", "р", "e"), Limits.NONE);

  @Test
  void cap_isExactUnderConcurrency() throws Exception {
    Application application = new Application(AGENCY, "app", Limits.NONE.withConcurrentStreams(5));
    AdmissionGate gate =
        new AdmissionGate(
            Nobody.INSTANCE, QuotaBook.system(), new MemoryLedger(), SuspensionCheck.NONE);
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
                try (Permit permit = gate.admit(application, REQUEST)) {
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
      full.add(gate.admit(application, REQUEST));
    }
    assertThatThrownBy(() -> gate.admit(application, REQUEST))
        .isInstanceOf(Refusal.OverQuota.class);
    full.forEach(Permit::close);
    assertThat(gate.awaitIdle(Duration.ofSeconds(1))).isTrue();
  }

  @Test
  void drained_admitsNobody() throws Exception {
    Application application = new Application(AGENCY, "app", Limits.NONE.withConcurrentStreams(5));
    AdmissionGate gate =
        new AdmissionGate(
            Nobody.INSTANCE, QuotaBook.system(), new MemoryLedger(), SuspensionCheck.NONE);
    Permit before = gate.admit(application, REQUEST);
    gate.drain();
    assertThatThrownBy(() -> gate.admit(application, REQUEST)).isInstanceOf(Refusal.Draining.class);
    assertThat(gate.awaitIdle(Duration.ofMillis(1))).isFalse();
    before.close();
    assertThat(gate.awaitIdle(Duration.ofSeconds(1))).isTrue();
  }

  @Test
  void salts_differByAgencyAndSecret() {
    PrefixSalts salts = PrefixSalts.of(new byte[32]);
    Agency other = new Agency("kgd", AGENCY.name(), Limits.NONE);
    assertThat(salts.of(AGENCY)).isEqualTo(salts.of(AGENCY)).isNotEqualTo(salts.of(other));
    assertThat(PrefixSalts.of("another secret".getBytes(StandardCharsets.US_ASCII)).of(AGENCY))
        .isNotEqualTo(salts.of(AGENCY));
  }
}
