package kz.qaqpa.load;

import static io.gatling.javaapi.core.CoreDsl.nothingFor;
import static io.gatling.javaapi.core.CoreDsl.rampUsers;
import static io.gatling.javaapi.core.CoreDsl.scenario;

import io.gatling.javaapi.core.OpenInjectionStep;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import kz.qaqpa.load.chat.DayShape;
import kz.qaqpa.load.chat.EgovMix;
import kz.qaqpa.load.run.Options;
import kz.qaqpa.load.verdict.Verdict;

/**
 * Two days of a public assistant, an ordinary one and the last of a month, in the length of the
 * run: {@code --users} is the number of questions a second at nine in the morning of the ordinary
 * one. What is asked has {@link EgovMix}, when has {@link DayShape}.
 */
public final class EgovDay extends LoadSimulation {
  private static final long SEED = 20_261_130;

  /** Sets it up. */
  public EgovDay() {
    super(Options.fromProperties(20, 120, 450, 2_000));
    Options options = run.options();
    Duration slice = DayShape.slice(options.length());
    List<OpenInjectionStep> days = new ArrayList<>();
    for (int people : DayShape.arrivals(options.users(), options.length())) {
      days.add(people == 0 ? nothingFor(slice) : rampUsers(people).during(slice));
    }
    load(
        Verdict.usual(run.log(), options),
        scenario("eGov day")
            .feed(new EgovMix(prompts, bodies, options.maxTokens(), SEED))
            .exec(session -> session.set("key", run.chat().key()))
            .exec(stream("ask"))
            .injectOpen(days));
  }
}
