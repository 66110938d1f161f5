package kz.qaqpa.admin.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import kz.qaqpa.admission.suspension.DatabaseSuspensions;
import kz.qaqpa.admission.suspension.Suspension;
import kz.qaqpa.ledger.db.Database;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The audit log and the suspensions on a real database, by one gateway and by several. */
abstract class DatabaseAuditTrailContract {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Instant NOON = Instant.parse("2026-11-29T07:00:00.123456789Z");

  /** The database of one more gateway; all of them see the same tables. */
  abstract Database database();

  @BeforeEach
  void empty() {
    database().update("delete from audit").block(PATIENCE);
    database().update("delete from suspension").block(PATIENCE);
  }

  @Test
  void whatIsWritten_isReadInOrder_andHolds() {
    AuditTrail trail = new DatabaseAuditTrail(database());
    trail.append(event("nurlan (operator)", "application.suspend", "minfin/chat")).block(PATIENCE);
    trail.append(new AuditEvent("a", "b", "c", null, null, NOON)).block(PATIENCE);
    List<AuditRecord> records = read(trail, any());
    assertThat(records).extracting(AuditRecord::number).containsExactly(1L, 2L);
    assertThat(records.getFirst().event().before()).isEqualTo("{\"state\":\"қосулы\"}");
    assertThat(records.getLast().event().before()).isNull();
    AuditVerdict verdict = verdict(trail);
    assertThat(verdict.broken()).isNull();
    assertThat(verdict.records()).isEqualTo(2);
    assertThat(verdict.head()).isEqualTo(records.getLast().hash());
  }

  @Test
  void anEmptyLog_isRight() {
    AuditVerdict verdict = verdict(new DatabaseAuditTrail(database()));
    assertThat(verdict).isEqualTo(new AuditVerdict(0, null, null, "0".repeat(64)));
  }

  @Test
  void aReading_isOfWhatWasAskedFor() {
    AuditTrail trail = new DatabaseAuditTrail(database());
    for (int i = 0; i < 6; i++) {
      trail
          .append(new AuditEvent("who" + i % 2, "do" + i % 3, "t", null, null, NOON.plusSeconds(i)))
          .block(PATIENCE);
    }
    assertThat(numbers(read(trail, new AuditQuery(null, null, "who1", null, null, 0, 10))))
        .containsExactly(2L, 4L, 6L);
    assertThat(numbers(read(trail, new AuditQuery(null, null, null, "do0", "t", 1, 10))))
        .containsExactly(4L);
    assertThat(
            numbers(
                read(
                    trail,
                    new AuditQuery(
                        NOON.plusSeconds(2), NOON.plusSeconds(4), null, null, null, 0, 10))))
        .containsExactly(3L, 4L);
    assertThat(numbers(read(trail, new AuditQuery(null, null, null, null, null, 2, 2))))
        .containsExactly(3L, 4L);
  }

  @Test
  void whatWasChangedAfterwards_isFound() {
    AuditTrail trail = new DatabaseAuditTrail(database());
    for (String change :
        List.of(
            "update audit set after_action = '{ }' where number = 3",
            "update audit set who = 'nobody' where number = 3",
            "update audit set at = at + interval '1' second where number = 3",
            "update audit set before_action = null where number = 3",
            "delete from audit where number = 3",
            "update audit set hash = '00' where number = 3")) {
      empty();
      for (int i = 0; i < 5; i++) {
        trail.append(event("who", "what", "t" + i)).block(PATIENCE);
      }
      database().update(change).block(PATIENCE);
      Long broken = verdict(trail).broken();
      assertThat(broken).as(change).isIn(3L, 4L);
    }
  }

  @Test
  void manyGatewaysAtOnce_makeOneChain() {
    int gateways = 3;
    int each = 20;
    List<AuditTrail> trails = new ArrayList<>();
    for (int i = 0; i < gateways; i++) {
      trails.add(new DatabaseAuditTrail(database()));
    }
    List<Mono<Void>> all = new ArrayList<>();
    for (int i = 0; i < gateways * each; i++) {
      all.add(trails.get(i % gateways).append(event("gateway" + i % gateways, "act", "" + i)));
    }
    Flux.merge(Flux.fromIterable(all), all.size()).then().block(PATIENCE);
    AuditTrail trail = trails.getFirst();
    assertThat(verdict(trail).broken()).isNull();
    List<AuditRecord> records = read(trail, any());
    assertThat(numbers(records))
        .containsExactlyElementsOf(LongStream.rangeClosed(1, gateways * each).boxed().toList());
    assertThat(records)
        .extracting(record -> record.event().target())
        .containsExactlyInAnyOrderElementsOf(
            IntStream.range(0, gateways * each).mapToObj(Integer::toString).toList());
  }

  @Test
  void oneThatNobodyWaitsFor_doesNotHoldUpTheNext() {
    AuditTrail trail = new DatabaseAuditTrail(database());
    for (int i = 0; i < 20; i++) {
      trail.append(event("who", "left", "" + i)).subscribe().dispose();
    }
    trail.append(event("who", "stayed", "t")).block(PATIENCE);
    assertThat(read(trail, any())).extracting(record -> record.event().action()).contains("stayed");
    assertThat(verdict(trail).broken()).isNull();
  }

  @Test
  void aSuspension_isPutReplacedAndRemoved() {
    DatabaseSuspensions suspensions = new DatabaseSuspensions(database());
    Instant since = Instant.parse("2026-11-29T07:00:00.123456Z");
    Suspension first = new Suspension("minfin", "chat", "a", "бұзылған", since);
    Suspension other = new Suspension("adilet", "chat", "b", "r", since);
    suspensions.put(first).block(PATIENCE);
    suspensions.put(other).block(PATIENCE);
    Suspension again = new Suspension("minfin", "chat", "c", "тағы", since.plusSeconds(1));
    suspensions.put(again).block(PATIENCE);
    assertThat(suspensions.all().block(PATIENCE)).containsExactly(other, again);
    suspensions.remove("minfin", "chat").block(PATIENCE);
    suspensions.remove("minfin", "chat").block(PATIENCE);
    assertThat(suspensions.all().block(PATIENCE)).containsExactly(other);
  }

  private static AuditEvent event(String who, String action, String target) {
    return new AuditEvent(who, action, target, "{\"state\":\"қосулы\"}", "{}", NOON);
  }

  private static AuditQuery any() {
    return new AuditQuery(null, null, null, null, null, 0, 1_000);
  }

  private static List<AuditRecord> read(AuditTrail trail, AuditQuery query) {
    return Objects.requireNonNull(trail.read(query).collectList().block(PATIENCE));
  }

  private static List<Long> numbers(List<AuditRecord> records) {
    return records.stream().map(AuditRecord::number).toList();
  }

  private static AuditVerdict verdict(AuditTrail trail) {
    return Objects.requireNonNull(trail.verify().block(PATIENCE));
  }
}
