package kz.qaqpa.guard;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class GuardsTest {
  private final Guards guards = new Guards();
  private final CircuitBreaker breaker = CircuitBreaker.ofDefaults("ledger");
  private final AtomicInteger held = new AtomicInteger();
  private final TimeLimit limit = new TimeLimit("redis", Duration.ofMillis(250));

  GuardsTest() {
    guards.add(breaker);
    guards.add(new Bulkhead("database", 8, held::get));
    guards.add(limit);
  }

  @Test
  void whatHoldsNothingBack_isNotTold() {
    held.set(7);
    assertThat(guards.details()).isEmpty();
    breaker.transitionToForcedOpenState();
    assertThat(guards.details()).as("a setting, no trouble").isEmpty();
  }

  @Test
  void whatHoldsBack_isToldByItsName() {
    breaker.transitionToOpenState();
    held.set(9);
    limit.exceeded();
    assertThat(guards.details())
        .containsExactly(
            "circuit breaker ledger: open",
            "bulkhead database: all 8 places taken",
            "time limit redis: more than 250 ms within the last minute");
    assertThat(guards.bulkheads().getFirst().available()).isZero();
    assertThat(limit.timeouts()).isEqualTo(1);
    breaker.transitionToHalfOpenState();
    assertThat(guards.details()).contains("circuit breaker ledger: half_open");
  }
}
