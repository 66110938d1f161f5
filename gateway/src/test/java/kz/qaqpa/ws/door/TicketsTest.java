package kz.qaqpa.ws.door;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import kz.qaqpa.admission.Agency;
import kz.qaqpa.admission.Application;
import kz.qaqpa.admission.Caller;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.admission.quota.Limits;
import kz.qaqpa.label.LocalText;
import org.junit.jupiter.api.Test;

class TicketsTest {
  private static final Caller ONE = caller("one");
  private static final Caller TWO = caller("two");

  private final AtomicLong now = new AtomicLong();
  private final Tickets tickets = new Tickets(now::get);

  @Test
  void aTicket_isGoodOnce_forItsApplication() {
    String of = tickets.issue(ONE);
    String other = tickets.issue(TWO);
    assertThat(of).matches("[A-Za-z0-9_-]{43}").isNotEqualTo(other);
    assertThat(tickets.spend(of)).isEqualTo(ONE);
    assertThat(tickets.spend(of)).isNull();
    assertThat(tickets.spend(other)).isEqualTo(TWO);
    assertThat(tickets.spend("")).isNull();
    assertThat(tickets.spend("unknown")).isNull();
  }

  @Test
  void aTicket_isGoodForHalfAMinute() {
    String young = tickets.issue(ONE);
    String old = tickets.issue(ONE);
    now.addAndGet(Tickets.LIFETIME.minusMillis(1).toNanos());
    assertThat(tickets.spend(young)).isEqualTo(ONE);
    now.addAndGet(Duration.ofMillis(1).toNanos());
    assertThat(tickets.spend(old)).isNull();
  }

  @Test
  void ticketsOfOneApplication_areBounded_andPushOutNobodys() {
    String of = tickets.issue(TWO);
    Set<String> all = new TreeSet<>();
    for (int i = 0; i < Tickets.MOST; i++) {
      all.add(tickets.issue(ONE));
    }
    assertThat(all).hasSize(Tickets.MOST);
    assertThatThrownBy(() -> tickets.issue(ONE))
        .isInstanceOf(Refusal.OverQuota.class)
        .hasMessage("tickets not yet used: 4096 (expected: fewer)");
    assertThat(tickets.spend(of)).isEqualTo(TWO);
    for (String ticket : all) {
      assertThat(tickets.spend(ticket)).isEqualTo(ONE);
    }
    assertThat(tickets.issue(ONE)).isNotEmpty();
  }

  private static Caller caller(String id) {
    Agency agency = new Agency("a", new LocalText("к", "р", "e"), Limits.NONE);
    return new Caller(
        new Application(agency, id, Limits.NONE), new Caller.Proof.Key("0".repeat(64)), null);
  }
}
