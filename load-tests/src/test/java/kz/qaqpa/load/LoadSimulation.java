package kz.qaqpa.load;

import static io.gatling.javaapi.core.CoreDsl.StringBody;
import static io.gatling.javaapi.core.CoreDsl.atOnceUsers;
import static io.gatling.javaapi.core.CoreDsl.bodyString;
import static io.gatling.javaapi.core.CoreDsl.doIf;
import static io.gatling.javaapi.core.CoreDsl.exec;
import static io.gatling.javaapi.core.CoreDsl.global;
import static io.gatling.javaapi.core.CoreDsl.rampUsers;
import static io.gatling.javaapi.core.CoreDsl.scenario;
import static io.gatling.javaapi.http.HttpDsl.http;
import static io.gatling.javaapi.http.HttpDsl.sse;
import static io.gatling.javaapi.http.HttpDsl.status;
import static io.gatling.javaapi.http.HttpDsl.ws;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatling.javaapi.core.ChainBuilder;
import io.gatling.javaapi.core.CheckBuilder;
import io.gatling.javaapi.core.OpenInjectionStep;
import io.gatling.javaapi.core.PopulationBuilder;
import io.gatling.javaapi.core.ScenarioBuilder;
import io.gatling.javaapi.core.Session;
import io.gatling.javaapi.core.Simulation;
import io.gatling.javaapi.http.HttpProtocolBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import kz.qaqpa.load.answer.Answer;
import kz.qaqpa.load.answer.Wire;
import kz.qaqpa.load.answer.Wire.Step;
import kz.qaqpa.load.chat.Bodies;
import kz.qaqpa.load.chat.Prompts;
import kz.qaqpa.load.run.LoadRun;
import kz.qaqpa.load.run.Options;
import kz.qaqpa.load.verdict.Check;
import kz.qaqpa.load.verdict.ReportPage;
import kz.qaqpa.load.verdict.Summary;
import kz.qaqpa.load.verdict.Verdict;

/**
 * What simulations have in common.
 *
 * <pre>
 * Answers    A user's session has its key and the body of its next request. Every message that comes
 *            is handed to the session's {@link Answer} by a condition of a check, at the moment when
 *            Gatling looks whether it matches: so the times between tokens are measured, which
 *            Gatling's own report does not know.
 * Verdict    After the last user comes one more, for which each check of the run is a request that
 *            succeeds or fails. So Gatling's report, its assertions and its exit code have them too.
 * Closing    A user closes at the end of its answer. A server that was faster is no failure, and is
 *            counted; one that closes before the end fails the answer.
 * </pre>
 */
public abstract class LoadSimulation extends Simulation {
  /** Longer than any answer, so that a hanging stream is counted as failed rather than awaited. */
  protected static final int PATIENCE_SECONDS = 120;

  private static final String STREAM = "stream";
  private static final String ANSWER = "answer";
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What is loaded. */
  protected final LoadRun run;

  /** Requests to its model. */
  protected final Bodies bodies;

  /** What people ask. */
  protected final Prompts prompts;

  private Verdict verdict = new Verdict();
  private long begun;

  /** Opens the target, and starts a gateway where none was given. */
  protected LoadSimulation(Options options) {
    this.run = LoadRun.open(options);
    this.bodies = new Bodies(run.model());
    this.prompts = Prompts.read(options.prompts());
  }

  /**
   * Users that come evenly, at least one: Gatling never ends where nobody comes.
   *
   * @param rate users a second
   * @param length whole seconds
   */
  protected static OpenInjectionStep evenly(double rate, Duration length) {
    return rampUsers((int) Math.max(1, Math.round(rate * length.toSeconds()))).during(length);
  }

  /** Sets up users, and the checks after them. */
  protected final void load(Verdict verdict, PopulationBuilder... populations) {
    this.verdict = verdict;
    ScenarioBuilder gate =
        scenario("ready").exec(http("ready").get("/readyz").check(status().is(200)));
    setUp(
            gate.injectOpen(atOnceUsers(1))
                .andThen(populations)
                .andThen(judge().injectOpen(atOnceUsers(1))))
        .protocols(protocol())
        .assertions(global().failedRequests().count().is(0L));
  }

  private HttpProtocolBuilder protocol() {
    return http.baseUrl(run.url())
        .wsBaseUrl(run.url().replaceFirst("^http", "ws"))
        .contentTypeHeader("application/json")
        .disableWarmUp()
        .disableCaching();
  }

  private ScenarioBuilder judge() {
    ChainBuilder checks = exec(session -> session);
    for (Check check : verdict.checks()) {
      checks =
          checks.exec(
              http("check: " + check.name())
                  .get("/livez")
                  .check(bodyString().validate("found", (body, session) -> holds(check, body))));
    }
    return scenario("verdict").exec(checks);
  }

  private String holds(Check check, String body) {
    Check.Finding finding = verdict.look(check);
    if (!finding.holds()) {
      throw new IllegalStateException(finding.found());
    }
    return body;
  }

  /** A streamed answer to {@code #{body}} with {@code #{key}}; its group is {@code #{group}}. */
  protected final ChainBuilder stream(String name) {
    return exec(session -> begin(session, Wire.CHAT))
        .exec(
            sse(name)
                .sseName(STREAM)
                .post("/v1/chat/completions")
                .header("Authorization", "Bearer #{key}")
                .body(StringBody("#{body}"))
                .await(PATIENCE_SECONDS)
                .on(
                    sse.checkMessage(name + ": first token")
                        .matching(arrives(Step.FIRST))
                        .check(isNow(Step.FIRST)))
                .await(PATIENCE_SECONDS)
                .on(
                    sse.checkMessage(name + ": rest of the answer")
                        .matching(arrives(Step.END))
                        .check(isNow(Step.END))))
        .exec(
            doIf(session -> session.contains(STREAM))
                .then(exec(sse(name + ": close").sseName(STREAM).close())))
        .exec(session -> end(session));
  }

  /** A turn on the open WebSocket: {@code #{body}}; its group is {@code #{group}}. */
  protected final ChainBuilder turn(String name) {
    return exec(session -> begin(session, Wire.RESPONSES))
        .exec(
            ws(name)
                .sendText("#{body}")
                .await(PATIENCE_SECONDS)
                .on(
                    ws.checkTextMessage(name + ": first token")
                        .matching(arrives(Step.FIRST))
                        .check(isNow(Step.FIRST)))
                .await(PATIENCE_SECONDS)
                .on(
                    ws.checkTextMessage(name + ": rest of the answer")
                        .matching(arrives(Step.END))
                        .check(isNow(Step.END))))
        .exec(session -> end(session));
  }

  /** Opens the WebSocket with {@code #{key}}. */
  protected final ChainBuilder connect(String name) {
    return exec(ws(name).connect("/v1/responses").header("Authorization", "Bearer #{key}"));
  }

  /** An answer in one piece; refused ones are none that failed. */
  protected final ChainBuilder whole(String name) {
    return exec(session -> session.set("begun", System.nanoTime()).remove("status"))
        .exec(
            http(name)
                .post("/v1/chat/completions")
                .header("Authorization", "Bearer #{key}")
                .body(StringBody("#{body}"))
                .requestTimeout(PATIENCE_SECONDS)
                .check(
                    status().saveAs("status"), bodyString().saveAs("reply"), status().in(200, 429)))
        .exec(this::taken);
  }

  private static CheckBuilder arrives(Step awaited) {
    return bodyString()
        .transformWithSession((message, session) -> answer(session).take(message))
        .transform(step -> step == awaited || step == Step.END || step == Step.ERROR)
        .is(true);
  }

  private static CheckBuilder isNow(Step awaited) {
    return bodyString()
        .transformWithSession((message, session) -> answer(session).step())
        .is(awaited);
  }

  private Session begin(Session session, Wire wire) {
    String group = session.getString("group");
    return session.set(ANSWER, run.log().begin(group, wire)).remove(STREAM);
  }

  private Session end(Session session) {
    Answer answer = answer(session);
    boolean ended = answer.step() == Step.END;
    run.log().end(session.getString("group"), answer, ended && session.isFailed());
    return session.markAsSucceeded().set("previous", answer.id());
  }

  private static Answer answer(Session session) {
    Answer answer = session.get(ANSWER);
    return answer;
  }

  private Session taken(Session session) {
    String group = session.getString("group");
    if (!session.contains("status")) {
      run.log().failed(group, "no answer");
    } else if (session.isFailed()) {
      run.log().failed(group, session.getInt("status") + " " + session.getString("reply"));
    } else if (session.getInt("status") == 429) {
      refused(session, session.getString("reply"));
      run.log().refused(group);
    } else {
      long nanos = System.nanoTime() - session.getLong("begun");
      try {
        JsonNode reply = JSON.readTree(session.getString("reply"));
        run.log().whole(group, reply, nanos);
        received(session, reply.at("/usage/total_tokens").asLong());
      } catch (JsonProcessingException e) {
        run.log().failed(group, "not JSON");
      }
    }
    return session.markAsSucceeded();
  }

  /** Hears of a refusal; for those simulations that look at the reasons. */
  protected void refused(Session session, String body) {}

  /** Hears what an answer in one piece cost. */
  protected void received(Session session, long tokens) {}

  @Override
  public void before() {
    begun = System.nanoTime();
  }

  /** Tells what came out of it, in ten lines and on a page beside Gatling's. */
  @Override
  public void after() {
    Duration took = Duration.ofNanos(System.nanoTime() - begun);
    try {
      String name = getClass().getSimpleName();
      Path folder = folder(name);
      Summary summary = new Summary(name, run.url(), run.model(), run.options(), took, run.used());
      List<String> lines =
          summary.lines(run.log(), verdict, folder.resolve("answers.html").toAbsolutePath());
      ReportPage.write(folder, lines, run.log(), verdict);
      System.out.println();
      lines.forEach(System.out::println);
      System.out.println();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      run.close();
    }
  }

  /** Gatling's folder of this run, which is the latest of the simulation. */
  private Path folder(String name) throws IOException {
    Path results = run.options().results();
    String prefix = name.toLowerCase(Locale.ROOT) + "-";
    try (Stream<Path> all = Files.list(results)) {
      Optional<Path> latest =
          all.filter(path -> path.getFileName().toString().startsWith(prefix))
              .max(Comparator.comparing(path -> path.getFileName().toString()));
      return latest.orElse(results.resolve(prefix + "answers"));
    }
  }
}
