package kz.qaqpa.load;

import static io.gatling.javaapi.core.CoreDsl.nothingFor;
import static io.gatling.javaapi.core.CoreDsl.scenario;

import io.gatling.javaapi.core.PopulationBuilder;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;
import kz.qaqpa.load.run.Caller;
import kz.qaqpa.load.run.Caller.Role;
import kz.qaqpa.load.run.Options;
import kz.qaqpa.load.verdict.Check;
import kz.qaqpa.load.verdict.Verdict;

/**
 * One agency that asks fifty times as often as each of its neighbours, who must not notice. {@code
 * --users} questions a second come from all quiet agencies together; for a third of the run they
 * are alone, so that the report has both. The noisy one may be refused, they may not.
 */
public final class NoisyNeighbour extends LoadSimulation {
  private static final int TIMES = 50;
  private static final String ALONE = "quiet, alone";
  private static final String BESIDE = "quiet, beside the noisy one";

  /** Sets it up. */
  public NoisyNeighbour() {
    super(Options.fromProperties(2, 45, 64, 2_000));
    Options options = run.options();
    Duration alone = options.seconds(1 / 3.0);
    Duration beside = options.seconds(2 / 3.0);
    List<Caller> quiet = run.callers(Role.QUIET);
    double noise = TIMES * options.users() / quiet.size();
    Verdict verdict = Verdict.usual(run.log(), options, BESIDE);
    verdict.add(
        Check.atMost(
            "questions of quiet agencies that were refused",
            0,
            "",
            () -> (double) run.log().totals(ALONE, BESIDE).refused()));
    load(
        verdict,
        quiet("quiet alone", ALONE, quiet, Duration.ZERO, alone),
        quiet("quiet beside", BESIDE, quiet, alone, beside),
        scenario("noisy")
            .feed(questions("noisy", run.callers(Role.NOISY), false))
            .exec(whole("noise"))
            .injectOpen(nothingFor(alone), evenly(noise, beside)));
  }

  private PopulationBuilder quiet(
      String name, String group, List<Caller> callers, Duration after, Duration length) {
    return scenario(name)
        .feed(questions(group, callers, true))
        .exec(stream(group))
        .injectOpen(nothingFor(after.plusMillis(1)), evenly(run.options().users(), length));
  }

  private java.util.Iterator<Map<String, Object>> questions(
      String group, List<Caller> callers, boolean streamed) {
    AtomicInteger turn = new AtomicInteger();
    int tokens = run.options().maxTokens();
    Supplier<Map<String, Object>> question =
        () -> {
          String text = prompts.next();
          return Map.of(
              "group",
              group,
              "key",
              callers.get(Math.floorMod(turn.getAndIncrement(), callers.size())).key(),
              "body",
              streamed ? bodies.stream(text, tokens) : bodies.whole(text, tokens));
        };
    return Stream.generate(question).iterator();
  }
}
