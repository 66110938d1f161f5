package kz.qaqpa.load;

import static io.gatling.javaapi.core.CoreDsl.StringBody;
import static io.gatling.javaapi.core.CoreDsl.constantUsersPerSec;
import static io.gatling.javaapi.core.CoreDsl.details;
import static io.gatling.javaapi.core.CoreDsl.exec;
import static io.gatling.javaapi.core.CoreDsl.global;
import static io.gatling.javaapi.core.CoreDsl.group;
import static io.gatling.javaapi.core.CoreDsl.listFeeder;
import static io.gatling.javaapi.core.CoreDsl.regex;
import static io.gatling.javaapi.core.CoreDsl.scenario;
import static io.gatling.javaapi.core.CoreDsl.substring;
import static io.gatling.javaapi.http.HttpDsl.http;
import static io.gatling.javaapi.http.HttpDsl.sse;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatling.javaapi.core.FeederBuilder;
import io.gatling.javaapi.core.Simulation;
import io.gatling.javaapi.http.HttpProtocolBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Apps that stream answers over HTTP: an open model, so that a slow server meets the same arrivals
 * as a fast one. Each user asks one Kazakh question and reads the answer to {@code [DONE]}.
 */
public final class StreamingApp extends Simulation {
  private static final String FIRST_TOKEN = "time to first token";

  /** Gatling shows an event as JSON with its data, which is JSON, as it came. */
  private static final String NON_EMPTY_CONTENT = "\"content\": ?\"(?!\")";

  private static final String DONE = "\"data\":[DONE]";

  /** Longer than any answer, so that a hanging stream is counted as failed rather than awaited. */
  private static final int PATIENCE_SECONDS = 120;

  private final Target target = Target.fromProperties();

  {
    HttpProtocolBuilder protocol =
        http.baseUrl(target.url()).authorizationHeader("Bearer " + target.key());
    setUp(
            scenario("streaming app")
                .feed(prompts())
                .exec(group("answer").on(exec(ask()).exec(sse("close").close())))
                .injectOpen(constantUsersPerSec(target.users()).during(target.seconds())))
        .protocols(protocol)
        .assertions(
            global().failedRequests().count().is(0L),
            // Until the headers, then from them to the first text.
            details("answer", "ask").responseTime().percentile4().lt(target.ttftMillis()),
            details("answer", FIRST_TOKEN).responseTime().percentile4().lt(target.ttftMillis()));
  }

  /**
   * One POST whose two checks follow each other without a gap: an answer may be over before another
   * action could ask for its end.
   */
  private io.gatling.javaapi.core.ActionBuilder ask() {
    return sse("ask")
        .post("/v1/chat/completions")
        .header("Content-Type", "application/json")
        .body(StringBody("#{body}"))
        .await(PATIENCE_SECONDS)
        .on(sse.checkMessage(FIRST_TOKEN).matching(regex(NON_EMPTY_CONTENT)))
        .await(PATIENCE_SECONDS)
        .on(sse.checkMessage("rest of the answer").matching(substring(DONE)));
  }

  private FeederBuilder<Object> prompts() {
    ObjectMapper json = new ObjectMapper();
    List<Map<String, Object>> records = new ArrayList<>();
    try {
      for (String line : Files.readAllLines(target.prompts())) {
        String body =
            json.writeValueAsString(
                Map.of(
                    "model",
                    target.model(),
                    "stream",
                    true,
                    "max_tokens",
                    target.maxTokens(),
                    "messages",
                    List.of(
                        Map.of(
                            "role", "user", "content", json.readTree(line).get("text").asText()))));
        records.add(Map.of("body", body));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return listFeeder(records).circular();
  }
}
