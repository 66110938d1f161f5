package kz.qaqpa.load;

import static io.gatling.javaapi.core.CoreDsl.scenario;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import kz.qaqpa.load.chat.Prompts;
import kz.qaqpa.load.run.Options;
import kz.qaqpa.load.verdict.Verdict;

/**
 * Documents that nearly fill the context beside short questions: {@code --users} requests a second,
 * one in five a document. What the documents may not do is hold up the others.
 */
public final class LongPrompts extends LoadSimulation {
  private static final int EVERY = 5;
  private static final int DOCUMENTS = 8;

  /** For the template, and because two texts together may have a token more than each alone. */
  private static final int MARGIN = 64;

  /** Sets it up. */
  public LongPrompts() {
    super(Options.fromProperties(5, 30, 64, 4_000));
    Options options = run.options();
    List<String> documents = documents(options.maxTokens());
    Prompts questions = prompts.those(prompt -> prompt.text().length() < 150);
    int[] number = new int[1]; // Feeders are asked one at a time.
    Supplier<Map<String, Object>> question =
        () -> {
          int n = number[0]++;
          boolean document = n % EVERY == 0;
          String text = document ? documents.get(n / EVERY % DOCUMENTS) : questions.next();
          return Map.of(
              "group", document ? "document" : "question",
              "key", run.chat().key(),
              "body", bodies.stream(text, options.maxTokens()));
        };
    load(
        Verdict.usual(run.log(), options),
        scenario("long prompts")
            .feed(Stream.generate(question).iterator())
            .exec(stream("ask"))
            .injectOpen(evenly(options.users(), options.seconds(1))));
  }

  /** Texts one after the other until the gateway's own count says that no more fit. */
  private List<String> documents(int maxTokens) {
    List<String> documents = new ArrayList<>();
    for (int i = 0; i < DOCUMENTS; i++) {
      StringBuilder document = new StringBuilder();
      String longer = prompts.next();
      while (fits(longer, maxTokens)) {
        document = new StringBuilder(longer);
        longer = document + "\n\n" + prompts.next();
      }
      documents.add(document.toString());
    }
    return documents;
  }

  private boolean fits(String text, int maxTokens) {
    JsonNode cost = run.api().tokenize(run.chat().key(), run.model(), text);
    return cost.path("count").asInt() + maxTokens + MARGIN <= cost.path("max_model_len").asInt();
  }
}
