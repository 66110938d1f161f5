package kz.qaqpa.load;

import static io.gatling.javaapi.core.CoreDsl.constantConcurrentUsers;
import static io.gatling.javaapi.core.CoreDsl.exec;
import static io.gatling.javaapi.core.CoreDsl.pause;
import static io.gatling.javaapi.core.CoreDsl.percent;
import static io.gatling.javaapi.core.CoreDsl.randomSwitch;
import static io.gatling.javaapi.core.CoreDsl.repeat;
import static io.gatling.javaapi.core.CoreDsl.scenario;
import static io.gatling.javaapi.http.HttpDsl.ws;

import io.gatling.javaapi.core.ChainBuilder;
import io.gatling.javaapi.core.Session;
import java.time.Duration;
import kz.qaqpa.load.chat.Prompts;
import kz.qaqpa.load.run.Options;
import kz.qaqpa.load.verdict.Verdict;

/**
 * Chatbots over the WebSocket of the Responses API: {@code --users} conversations at once, each of
 * six turns with time to think between them. One in five turns is followed by a reconnect, as of a
 * telephone that changes its network: the conversation goes on with {@code previous_response_id}.
 */
public final class Chatbot extends LoadSimulation {
  private static final int TURNS = 6;
  private static final double RECONNECTS = 20;

  private final Prompts questions = prompts.those(prompt -> prompt.text().length() < 150);

  /** Sets it up. */
  public Chatbot() {
    super(Options.fromProperties(50, 60, 64, 2_000));
    Options options = run.options();
    Duration think = options.part(1 / 30.0);
    ChainBuilder reconnect = exec(ws("leave").close()).exec(connect("reconnect"));
    load(
        Verdict.usual(run.log(), options),
        scenario("chatbot")
            .exec(session -> session.set("key", run.chat().key()).set("previous", ""))
            .exec(connect("connect"))
            .exec(
                repeat(TURNS, "number")
                    .on(
                        exec(this::question)
                            .exec(turn("turn"))
                            .exec(pause(think.dividedBy(2), think.multipliedBy(3).dividedBy(2)))
                            .exec(randomSwitch().on(percent(RECONNECTS).then(reconnect)))))
            .exec(ws("close").close())
            .injectClosed(
                constantConcurrentUsers((int) Math.ceil(options.users()))
                    .during(options.length())));
  }

  private Session question(Session session) {
    String body =
        bodies.turn(questions.next(), run.options().maxTokens(), session.getString("previous"));
    boolean first = session.getString("previous").isEmpty();
    return session.set("body", body).set("group", first ? "first turn" : "later turn");
  }
}
