package kz.qaqpa.admission.quota;

import static kz.qaqpa.admission.quota.Counter.CHARACTERS_PER_DAY;
import static kz.qaqpa.admission.quota.Counter.CHARACTERS_PER_MINUTE;
import static kz.qaqpa.admission.quota.Counter.TOKENS_PER_DAY;
import static kz.qaqpa.admission.quota.Counter.TOKENS_PER_MINUTE;
import static kz.qaqpa.admission.quota.Counter.TOKENS_PER_MONTH;
import static kz.qaqpa.admission.quota.LimitsBuilder.limits;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import kz.qaqpa.admission.quota.QuotaStore.Reading;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** One request after another, on a clock that the test holds. */
class QuotaBookTest {
  private final FakeClock clock = new FakeClock("2026-11-23T12:00:10Z");
  private final QuotaBook book = clock.book();

  @Test
  void whatIsNotUsed_isThereAgain() {
    Subject app = of(limits().with(TOKENS_PER_MINUTE, 100));
    LocalPass pass = enter(app);
    assertThat(grant(pass, demand(20, 60)).outputTokens()).isEqualTo(60);
    assertThat(reading("app", TOKENS_PER_MINUTE)).isEqualTo(new Count(0, 80));
    pass.closeNow(new Used(25, 100));
    assertThat(reading("app", TOKENS_PER_MINUTE)).isEqualTo(new Count(25, 0));
    assertThat(reading(null, TOKENS_PER_MINUTE)).isEqualTo(new Count(25, 0));
    assertThat(reading("app", CHARACTERS_PER_DAY)).isEqualTo(new Count(100, 0));
    pass.closeNow(new Used(25, 100)); // Closing twice counts once.
    assertThat(reading("app", TOKENS_PER_DAY)).isEqualTo(new Count(25, 0));
    assertThat(book.totals().settled()).isEqualTo(new Used(25, 100));
    assertThat(book.totals().reserved()).isEqualTo(Used.NOTHING);
  }

  @Test
  void answers_shrinkToWhatIsLeft_downToTheShortestWorthGiving() {
    Subject app = of(limits().with(TOKENS_PER_MINUTE, 100));
    use(app, 30, 0);
    assertThat(grant(enter(app), demand(20, 60)).outputTokens()).isEqualTo(50);
    clock.move(Duration.ofMinutes(1));
    use(app, 64, 0);
    assertThat(grant(enter(app), demand(20, 60)).outputTokens()).isEqualTo(16);
    clock.move(Duration.ofMinutes(1));
    use(app, 65, 0);
    Shortage short1 = shortage(enter(app), demand(20, 60));
    assertThat(short1.kind()).isEqualTo(Shortage.Kind.PASSING);
    assertThat(short1.setting()).isEqualTo("tokensPerMinute");
    assertThat(short1.whose()).isEqualTo("application app");
    assertThat(short1.found()).isEqualTo(36);
    assertThat(short1.most()).isEqualTo(35);
    assertThat(short1.retryAfter()).isEqualTo(Duration.ofSeconds(50));
    // Who asks for less than the shortest answer gets what it asks for.
    assertThat(grant(enter(app), demand(20, 15)).outputTokens()).isEqualTo(15);
    assertThat(book.totals().shrunk()).isEqualTo(2);
    assertThat(book.totals().refused()).containsOnly(java.util.Map.entry("tokensPerMinute", 1L));
  }

  @Test
  void shortestAnswer_isTheApplicationsWord_thenTheAgencys() {
    Subject agencys =
        new Subject(
            "agency",
            limits().minGrant(40).build(),
            "app",
            limits().with(TOKENS_PER_MINUTE, 100).build());
    use(agencys, 50, 0);
    assertThat(shortage(enter(agencys), demand(11, 60)).found()).isEqualTo(51);
    Subject own =
        new Subject(
            "agency",
            limits().minGrant(40).build(),
            "app",
            limits().with(TOKENS_PER_MINUTE, 100).minGrant(5).build());
    assertThat(grant(enter(own), demand(45, 60)).outputTokens()).isEqualTo(5);
  }

  @Test
  void severalAnswers_shareWhatIsLeft() {
    Subject app = of(limits().with(TOKENS_PER_MINUTE, 110));
    Demand five = new Demand(10, 0, List.of(100, 100, 100, 100, 7));
    LocalPass pass = enter(app);
    assertThat(grant(pass, five).outputTokens()).isEqualTo(23); // 4 * 23 + 7 <= 100
    assertThat(reading("app", TOKENS_PER_MINUTE)).isEqualTo(new Count(0, 109));
    pass.closeNow(Used.NOTHING);
    use(app, 30, 0);
    assertThat(shortage(enter(app), five).found()).isEqualTo(10 + 4 * 16 + 7);
  }

  @Test
  void agencyAndApplication_togetherOrNotAtAll() {
    Limits agency = limits().with(TOKENS_PER_DAY, 100).build();
    Subject one = new Subject("agency", agency, "one", limits().with(TOKENS_PER_DAY, 80).build());
    Subject two = new Subject("agency", agency, "two", limits().with(TOKENS_PER_DAY, 80).build());
    use(one, 70, 0);
    assertThat(grant(enter(two), demand(5, 60)).outputTokens()).isEqualTo(25);
    Shortage refused = shortage(enter(one), demand(1, 20));
    assertThat(refused.setting()).isEqualTo("tokensPerDay");
    // The other's reservation may still come back, the application's own limit would not.
    assertThat(refused.whose()).isEqualTo("application one");
    assertThat(refused.kind()).isEqualTo(Shortage.Kind.LASTING);
    assertThat(reading("one", TOKENS_PER_DAY)).isEqualTo(new Count(70, 0));
    assertThat(reading(null, TOKENS_PER_DAY)).isEqualTo(new Count(70, 30));
  }

  @Test
  void heldByRunningRequests_isWorthWaitingFor_alsoInTheLastDayOfAMonth() {
    Subject app = of(limits().with(TOKENS_PER_MONTH, 100));
    LocalPass running = enter(app);
    grant(running, demand(10, 90));
    Shortage refused = shortage(enter(app), demand(10, 20));
    assertThat(refused.kind()).isEqualTo(Shortage.Kind.PASSING);
    assertThat(refused.retryAfter()).isEqualTo(Duration.ofSeconds(1));
    running.closeNow(new Used(90, 0));
    Shortage lasting = shortage(enter(app), demand(10, 20));
    assertThat(lasting.kind()).isEqualTo(Shortage.Kind.LASTING);
    assertThat(lasting.retryAfter())
        .isEqualTo(Duration.ofDays(7).plusHours(6).plusMinutes(59).plusSeconds(50));
  }

  @Test
  void whatALimitCouldNeverAllow_isSaidSo() {
    Subject app = of(limits().with(TOKENS_PER_MINUTE, 100).with(TOKENS_PER_DAY, 50));
    Shortage never = shortage(enter(app), demand(35, 20));
    assertThat(never.kind()).isEqualTo(Shortage.Kind.NEVER);
    assertThat(never.setting()).isEqualTo("tokensPerDay");
    assertThat(never.found()).isEqualTo(51);
    assertThat(never.most()).isEqualTo(50);
    assertThat(grant(enter(app), demand(34, 20)).outputTokens()).isEqualTo(16);
  }

  @Test
  void aRefund_goesToTheWindowItCameFrom_orNowhere() {
    Subject app = of(limits().with(TOKENS_PER_MINUTE, 100).with(TOKENS_PER_DAY, 1000));
    LocalPass late = enter(app);
    grant(late, demand(40, 60));
    clock.move(Duration.ofMinutes(1));
    assertThat(reading("app", TOKENS_PER_MINUTE)).isEqualTo(new Count(0, 0));
    assertThat(reading("app", TOKENS_PER_DAY)).isEqualTo(new Count(0, 100));
    LocalPass young = enter(app);
    grant(young, demand(10, 90));
    late.closeNow(new Used(41, 0));
    assertThat(reading("app", TOKENS_PER_MINUTE)).isEqualTo(new Count(0, 100));
    assertThat(reading("app", TOKENS_PER_DAY)).isEqualTo(new Count(41, 100));
    young.closeNow(new Used(11, 0));
    assertThat(reading("app", TOKENS_PER_MINUTE)).isEqualTo(new Count(11, 0));
    assertThat(reading("app", TOKENS_PER_DAY)).isEqualTo(new Count(52, 0));
  }

  @Test
  void acrossTheEndOfAMonth_allWindowsAreNew() {
    clock.set("2026-11-30T18:59:59Z");
    Subject app =
        of(
            limits()
                .with(TOKENS_PER_MINUTE, 50)
                .with(TOKENS_PER_DAY, 50)
                .with(TOKENS_PER_MONTH, 50));
    use(app, 50, 0);
    Shortage refused = shortage(enter(app), demand(1, 16));
    assertThat(refused.retryAfter()).isEqualTo(Duration.ofSeconds(1));
    clock.move(Duration.ofSeconds(1));
    assertThat(grant(enter(app), demand(10, 40)).outputTokens()).isEqualTo(40);
  }

  @Test
  void aClockSetBack_neitherRefundsNorDoubles() {
    Subject app = of(limits().with(TOKENS_PER_MINUTE, 100));
    use(app, 100, 0);
    clock.move(Duration.ofMinutes(1));
    LocalPass running = enter(app);
    grant(running, demand(20, 50));
    clock.move(Duration.ofMinutes(-2));
    assertThat(book.clockBehind()).isEqualTo(Duration.ofMinutes(2).minusSeconds(10));
    assertThat(reading("app", TOKENS_PER_MINUTE)).isEqualTo(new Count(0, 70));
    running.closeNow(new Used(70, 0));
    Shortage refused = shortage(enter(app), demand(20, 50));
    assertThat(refused.retryAfter()).isEqualTo(Duration.ofMinutes(2).plusSeconds(50));
    clock.move(Duration.ofMinutes(2));
    assertThat(reading("app", TOKENS_PER_MINUTE)).isEqualTo(new Count(70, 0));
    clock.move(Duration.ofMinutes(1));
    assertThat(reading("app", TOKENS_PER_MINUTE)).isEqualTo(new Count(0, 0));
  }

  @Test
  void characters_areASecondCap() {
    Subject app = of(limits().with(CHARACTERS_PER_MINUTE, 1000));
    LocalPass pass = enter(app);
    Grant plenty = grant(pass, new Demand(9, 100, List.of(50)));
    assertThat(plenty.characters()).isEqualTo(400);
    assertThat(plenty.outputTokens()).isEqualTo(50);
    assertThat(plenty.rates().characters())
        .isEqualTo(new RateLimits.Rate(1000, 500, Duration.ofSeconds(50)));
    assertThat(plenty.rates().tokens()).isNull();
    Grant rest = grant(enter(app), new Demand(9, 100, List.of(60)));
    assertThat(rest.characters()).isEqualTo(400);
    assertThat(rest.outputTokens()).isEqualTo(60);
    pass.closeNow(new Used(20, 900)); // No more than was reserved.
    assertThat(reading("app", CHARACTERS_PER_MINUTE)).isEqualTo(new Count(500, 500));
    assertThat(shortage(enter(app), demand(1, 16)).setting()).isEqualTo("charactersPerMinute");
  }

  @Test
  void whatGetsNoAnswer_needsRoomForItsPromptAlone() {
    Subject app = of(limits().with(TOKENS_PER_MINUTE, 100));
    LocalPass pass = enter(app);
    assertThat(grant(pass, new Demand(100, 400, List.of())).outputTokens()).isZero();
    pass.closeNow(new Used(100, 400));
    assertThat(reading("app", TOKENS_PER_MINUTE)).isEqualTo(new Count(100, 0));
    assertThat(enter(app).reserveNow(new Demand(1, 4, List.of()))).isInstanceOf(Shortage.class);
  }

  @Test
  void withoutALimitOfCharacters_theyAreCountedAllTheSame() {
    Subject app = of(limits());
    LocalPass pass = enter(app);
    Grant grant = grant(pass, new Demand(5, 7, List.of(10)));
    assertThat(grant.characters()).isEqualTo(Long.MAX_VALUE);
    assertThat(grant.rates()).isEqualTo(RateLimits.NONE);
    pass.closeNow(new Used(15, 5000));
    assertThat(reading("app", CHARACTERS_PER_DAY)).isEqualTo(new Count(5000, 0));
  }

  @Test
  void tightestLimit_isTold() {
    Limits agency = limits().with(TOKENS_PER_MINUTE, 90).build();
    Subject app = new Subject("agency", agency, "app", limits().with(TOKENS_PER_DAY, 100).build());
    RateLimits.Rate first = grant(enter(app), demand(10, 20)).rates().tokens();
    assertThat(first).isEqualTo(new RateLimits.Rate(90, 60, Duration.ofSeconds(50)));
    clock.move(Duration.ofMinutes(1));
    RateLimits.Rate second = grant(enter(app), demand(10, 20)).rates().tokens();
    assertThat(second)
        .isEqualTo(
            new RateLimits.Rate(100, 40, Duration.ofHours(6).plusMinutes(58).plusSeconds(50)));
  }

  @Test
  void requestsPerSecond_withABurst_ofBoth() {
    Limits agency = limits().requests(10, 3).build();
    Subject one = new Subject("agency", agency, "one", limits().requests(2, 2).build());
    Subject two = new Subject("agency", agency, "two", limits().build());
    assertThat(enter(one).rates().requests())
        .isEqualTo(new RateLimits.Rate(2, 1, Duration.ofMillis(500)));
    enter(one);
    Shortage own = (Shortage) book.enter(one);
    assertThat(own.setting()).isEqualTo("requestsPerSecond");
    assertThat(own.whose()).isEqualTo("application one");
    assertThat(own.retryAfter()).isEqualTo(Duration.ofMillis(500));
    assertThat(own.rates().requests()).isEqualTo(new RateLimits.Rate(2, 0, Duration.ofSeconds(1)));
    enter(two); // One that the other was refused is not lost.
    assertThat(((Shortage) book.enter(two)).whose()).isEqualTo("agency agency");
    clock.move(Duration.ofMillis(500));
    enter(one);
    assertThat(((Shortage) book.enter(one)).whose()).isEqualTo("application one");
  }

  @Test
  void streams_areCapped_ofBoth() {
    Limits agency = limits().streams(3).build();
    Subject one = new Subject("agency", agency, "one", limits().streams(2).build());
    Subject two = new Subject("agency", agency, "two", Limits.NONE);
    LocalPass first = enter(one);
    enter(one);
    assertThat(((Shortage) book.enter(one)).whose()).isEqualTo("application one");
    enter(two);
    assertThat(((Shortage) book.enter(two)).whose()).isEqualTo("agency agency");
    first.closeNow(Used.NOTHING);
    enter(two);
    // 64 where nothing is said.
    Subject silent = new Subject("silent", Limits.NONE, "app", Limits.NONE);
    IntStream.range(0, 64).forEach(_ -> enter(silent));
    assertThat(((Shortage) book.enter(silent)).most()).isEqualTo(64);
  }

  @Test
  void newLimits_applyToTheSameCounters() {
    use(of(limits().with(TOKENS_PER_DAY, 100)), 90, 0);
    assertThat(grant(enter(of(limits().with(TOKENS_PER_DAY, 200))), demand(10, 100)).outputTokens())
        .isEqualTo(100);
    assertThat(shortage(enter(of(limits().with(TOKENS_PER_DAY, 50))), demand(10, 20)).most())
        .isZero();
  }

  @Test
  void closedBefore_reservesNothing() {
    Subject app = of(limits().with(TOKENS_PER_DAY, 100));
    LocalPass pass = enter(app);
    pass.closeNow(new Used(5, 5));
    assertThatThrownBy(() -> pass.reserveNow(demand(1, 20)))
        .isInstanceOf(IllegalStateException.class);
    LocalPass twice = enter(app);
    grant(twice, demand(1, 20));
    assertThatThrownBy(() -> twice.reserveNow(demand(1, 20)))
        .isInstanceOf(IllegalStateException.class);
    assertThat(reading("app", TOKENS_PER_DAY)).isEqualTo(new Count(0, 21));
  }

  @Test
  void whatIsRefusedElsewhere_givesItsRequestBack_unlessAWindowWasShort() {
    Limits agency = limits().requests(1, 5).build();
    Subject app = new Subject("agency", agency, "app", limits().requests(1, 4).build());
    Shortage streams = Standing.streams(app, true, 9, 8);
    LocalPass pass = enter(app);
    assertThat(pass.refuse(streams)).isSameAs(streams);
    pass.closeNow(Used.NOTHING);
    assertThat(requestsLeft(app)).isEqualTo(3); // Itself taken off.
    pass = enter(app);
    pass.refuse(
        Standing.requests(
            app, true, new RateLimits.Rate(5, 0, Duration.ofSeconds(5)), Duration.ofSeconds(1)));
    pass.closeNow(Used.NOTHING);
    assertThat(requestsLeft(app)).isEqualTo(2);
    Subject narrow = new Subject("agency", agency, "app", app.limits().withConcurrentStreams(1));
    pass = enter(app);
    LocalPass open = enter(app);
    assertThat(pass.reserveUnder(narrow, demand(1, 1)))
        .isEqualTo(Standing.streams(narrow, false, 2, 1));
    pass.closeNow(Used.NOTHING);
    open.closeNow(Used.NOTHING);
    assertThat(requestsLeft(app)).isZero();
    clock.move(Duration.ofSeconds(10));
    Limits day = limits().with(TOKENS_PER_DAY, 1).build();
    Subject other = new Subject("other", day, "other", limits().build());
    pass = enter(app);
    pass.refuse(shortage(enter(other), demand(5, 5)));
    pass.closeNow(Used.NOTHING);
    assertThat(requestsLeft(app)).isEqualTo(2);
  }

  private long requestsLeft(Subject app) {
    LocalPass pass = enter(app);
    pass.closeNow(Used.NOTHING);
    return Objects.requireNonNull(pass.rates().requests()).remaining();
  }

  @Test
  void limits_areChecked() {
    assertThatThrownBy(() -> limits().with(TOKENS_PER_DAY, 0).build())
        .hasMessage("tokensPerDay: 0 (expected: 1 to 1000000000000000)");
    assertThatThrownBy(() -> limits().minGrant(-1).build())
        .hasMessage("minGrant: -1 (expected: 1 to 1000000)");
    assertThatThrownBy(
            () -> new Limits(null, 5, null, null, null, null, null, null, null, null, null, null))
        .hasMessage("burst: 5 (expected: only beside requestsPerSecond)");
  }

  /** A counter without its limit. */
  private record Count(long settled, long reserved) {}

  private Count reading(@Nullable String application, Counter counter) {
    Reading reading =
        book.readings("agency", application).stream()
            .filter(one -> one.counter() == counter)
            .findFirst()
            .orElseThrow();
    return new Count(reading.settled(), reading.reserved());
  }

  private static Subject of(LimitsBuilder application) {
    return new Subject("agency", limits().build(), "app", application.build());
  }

  private static Demand demand(int prompt, int answer) {
    return new Demand(prompt, 0, List.of(answer));
  }

  private LocalPass enter(Subject subject) {
    return (LocalPass) book.enter(subject);
  }

  private static Grant grant(LocalPass pass, Demand demand) {
    return (Grant) pass.reserveNow(demand);
  }

  private static Shortage shortage(LocalPass pass, Demand demand) {
    Shortage shortage = (Shortage) pass.reserveNow(demand);
    pass.closeNow(Used.NOTHING);
    return shortage;
  }

  private void use(Subject subject, int tokens, int characters) {
    LocalPass pass = enter(subject);
    grant(pass, demand(tokens - 1, 1));
    pass.closeNow(new Used(tokens, characters));
  }
}
