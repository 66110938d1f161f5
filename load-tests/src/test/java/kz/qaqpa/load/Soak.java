package kz.qaqpa.load;

import static io.gatling.javaapi.core.CoreDsl.constantConcurrentUsers;
import static io.gatling.javaapi.core.CoreDsl.pause;
import static io.gatling.javaapi.core.CoreDsl.scenario;

import io.gatling.javaapi.core.Session;
import java.time.Duration;
import java.util.Map;
import kz.qaqpa.load.answer.Totals;
import kz.qaqpa.load.chat.EgovMix;
import kz.qaqpa.load.run.Options;
import kz.qaqpa.load.verdict.Check;
import kz.qaqpa.load.verdict.Verdict;

/**
 * The same load for a long time, {@code --users} people at once who think between their questions:
 * does it get slower? The first quarter is told apart from the last one.
 */
public final class Soak extends LoadSimulation {
  private static final long SEED = 20_261_130;
  private static final String FIRST = "first quarter";
  private static final String LAST = "last quarter";

  /** What takes no time may take some. */
  private static final double NO_TIME_MILLIS = 50;

  private final EgovMix mix;
  private final Duration length;
  private volatile long began;

  /** Sets it up. */
  public Soak() {
    super(Options.fromProperties(20, 600, 450, 2_000));
    Options options = run.options();
    this.mix = new EgovMix(prompts, bodies, options.maxTokens(), SEED);
    this.length = options.length();
    Verdict verdict = Verdict.usual(run.log(), options);
    verdict.add(
        Check.atMost(
            "TTFT p50, last quarter to first", options.drift(), "", () -> drift(Totals::ttft)));
    verdict.add(
        Check.atMost(
            "between tokens p50, last quarter to first",
            options.drift(),
            "",
            () -> drift(Totals::gaps)));
    Duration think = Duration.ofMillis(Math.min(1_000, length.toMillis() / 20));
    load(
        verdict,
        scenario("soak")
            .exec(this::question)
            .exec(stream("ask"))
            .exec(pause(think))
            .injectClosed(
                constantConcurrentUsers((int) Math.ceil(options.users())).during(length)));
  }

  private Session question(Session session) {
    Map<String, Object> next = mix.next();
    return session
        .set("key", run.chat().key())
        .set("body", next.get("body"))
        .set("group", quarter());
  }

  private synchronized String quarter() {
    if (began == 0) {
      began = System.nanoTime();
    }
    double part = (System.nanoTime() - began) / (double) length.toNanos();
    return part < 0.25 ? FIRST : part < 0.75 ? "between" : LAST;
  }

  private double drift(java.util.function.Function<Totals, org.HdrHistogram.Histogram> of) {
    double first = Totals.millis(of.apply(run.log().totals(FIRST)), 50);
    double last = Totals.millis(of.apply(run.log().totals(LAST)), 50);
    return Math.max(NO_TIME_MILLIS, last) / Math.max(NO_TIME_MILLIS, first);
  }
}
