package kz.qaqpa.load;

import static io.gatling.javaapi.core.CoreDsl.scenario;

import io.gatling.javaapi.core.Session;
import java.net.http.HttpResponse;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import java.util.stream.Stream;
import kz.qaqpa.load.chat.Prompts;
import kz.qaqpa.load.run.Caller;
import kz.qaqpa.load.run.Caller.Role;
import kz.qaqpa.load.run.Options;
import kz.qaqpa.load.verdict.Check;
import kz.qaqpa.load.verdict.Check.Finding;
import kz.qaqpa.load.verdict.Verdict;

/**
 * Many agencies that use up their day at the same time, {@code --users} questions a second from all
 * of them. What they got must be exactly what the ledger says, at most their limit, and all of it:
 * whoever asks for one answer more afterwards is refused. Spends the day's tokens of the callers of
 * role {@code quota}.
 */
public final class QuotaStorm extends LoadSimulation {
  /** What {@code minGrant} is unless somebody says otherwise; less is never granted. */
  private static final int SHORTEST = 16;

  private static final ZoneOffset ALMATY = ZoneOffset.ofHours(5);

  private final List<Caller> callers = run.callers(Role.QUOTA);
  private final Prompts questions = prompts.those(prompt -> prompt.text().length() < 150);
  private final LocalDate day = LocalDate.now(ALMATY);
  private final Map<String, Long> before = new HashMap<>();
  private final Map<String, LongAdder> received = new ConcurrentHashMap<>();
  private final Map<String, LongAdder> reasons = new ConcurrentHashMap<>();

  /** Sets it up. */
  public QuotaStorm() {
    super(Options.fromProperties(60, 40, 32, 10_000));
    Options options = run.options();
    callers.forEach(caller -> before.put(caller.agency(), run.api().tokensUsed(caller.key(), day)));
    Verdict verdict = Verdict.usual(run.log(), options);
    verdict.add(new Check("refused for their quota alone", this::reasons));
    verdict.add(new Check("all of it spent, and no token more", this::spent));
    verdict.add(new Check("received = ledger, to the token", this::exact));
    load(
        verdict,
        scenario("quota storm")
            .feed(Stream.generate(question(options)).iterator())
            .exec(whole("ask"))
            .injectOpen(evenly(options.users(), options.seconds(1))));
  }

  private Supplier<Map<String, Object>> question(Options options) {
    AtomicInteger turn = new AtomicInteger();
    return () -> {
      Caller caller = callers.get(Math.floorMod(turn.getAndIncrement(), callers.size()));
      return Map.of(
          "group", "answer",
          "agency", caller.agency(),
          "key", caller.key(),
          "body", bodies.whole(questions.next(), options.maxTokens()));
    };
  }

  @Override
  protected void received(Session session, long tokens) {
    count(received, session.getString("agency"), tokens);
  }

  @Override
  protected void refused(Session session, String body) {
    boolean quota =
        body.contains("\"code\":\"insufficient_quota\"") // Used up.
            || body.contains("\"code\":\"rate_limit_exceeded\""); // By answers that still run.
    count(reasons, quota ? "quota" : "other", 1);
  }

  private static void count(Map<String, LongAdder> counts, String name, long number) {
    counts.computeIfAbsent(name, key -> new LongAdder()).add(number);
  }

  private long received(Caller caller) {
    LongAdder tokens = received.get(caller.agency());
    return tokens == null ? 0 : tokens.sum();
  }

  private Finding reasons() {
    return new Finding(reasons.containsKey("quota") && reasons.size() == 1, reasons.toString());
  }

  /** One question more, with the shortest answer that is ever granted. */
  private Finding spent() {
    String body = bodies.whole(questions.next(), SHORTEST);
    for (Caller caller : callers) {
      long used = before.get(caller.agency()) + received(caller);
      HttpResponse<String> one = run.api().post("/v1/chat/completions", caller.key(), body);
      if (used > caller.tokensPerDay() || one.statusCode() != 429) {
        return new Finding(
            false,
            caller.agency()
                + " used "
                + used
                + " of "
                + caller.tokensPerDay()
                + ", and one more was answered with "
                + one.statusCode());
      }
    }
    long used = callers.stream().mapToLong(caller -> received(caller)).sum();
    return new Finding(true, callers.size() + " agencies, " + used + " tokens");
  }

  private Finding exact() {
    for (Caller caller : callers) {
      long booked = run.api().tokensUsed(caller.key(), day) - before.get(caller.agency());
      if (booked != received(caller)) {
        return new Finding(
            false, caller.agency() + " received " + received(caller) + ", booked " + booked);
      }
    }
    return new Finding(true, callers.size() + " agencies");
  }
}
