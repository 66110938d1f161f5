package kz.qaqpa.load;

import static io.gatling.javaapi.core.CoreDsl.scenario;

import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import kz.qaqpa.load.run.Options;
import kz.qaqpa.load.verdict.Verdict;

/**
 * Apps that stream answers over HTTP: an open model, so that a slow server meets the same arrivals
 * as a fast one. {@code --users} answers are begun each second; each user asks one question and
 * reads the answer to {@code [DONE]}.
 */
public final class StreamingApp extends LoadSimulation {

  /** Sets it up. */
  public StreamingApp() {
    super(Options.fromProperties(10, 30, 128, 2_000));
    Options options = run.options();
    Supplier<Map<String, Object>> question =
        () ->
            Map.of(
                "group", "answer",
                "key", run.chat().key(),
                "body", bodies.stream(prompts.next(), options.maxTokens()));
    load(
        Verdict.usual(run.log(), options),
        scenario("streaming app")
            .feed(Stream.generate(question).iterator())
            .exec(stream("ask"))
            .injectOpen(evenly(options.users(), options.seconds(1))));
  }
}
