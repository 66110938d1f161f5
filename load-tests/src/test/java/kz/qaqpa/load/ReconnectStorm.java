package kz.qaqpa.load;

import static io.gatling.javaapi.core.CoreDsl.atOnceUsers;
import static io.gatling.javaapi.core.CoreDsl.exec;
import static io.gatling.javaapi.core.CoreDsl.pause;
import static io.gatling.javaapi.core.CoreDsl.repeat;
import static io.gatling.javaapi.core.CoreDsl.scenario;
import static io.gatling.javaapi.http.HttpDsl.ws;

import io.gatling.javaapi.core.Session;
import java.time.Duration;
import kz.qaqpa.load.chat.Prompts;
import kz.qaqpa.load.run.Options;
import kz.qaqpa.load.verdict.Verdict;

/**
 * A network that comes back: {@code --users} chatbots are connected, all lose their connection at
 * the same moment, all connect again at once, and all have a question. Four such waves in a run.
 */
public final class ReconnectStorm extends LoadSimulation {
  private static final int WAVES = 4;

  private final Prompts questions = prompts.those(prompt -> prompt.text().length() < 150);
  private final Duration wave;
  private volatile long began;

  /** Sets it up. */
  public ReconnectStorm() {
    super(Options.fromProperties(200, 40, 16, 5_000));
    Options options = run.options();
    wave = options.part(1.0 / WAVES);
    load(
        Verdict.usual(run.log(), options),
        scenario("reconnect storm")
            .exec(this::arrives)
            .exec(connect("connect"))
            .exec(
                repeat(WAVES, "wave")
                    .on(
                        exec(this::question)
                            .exec(turn("turn"))
                            .exec(pause(this::untilTheNext))
                            .exec(ws("leave").close())
                            .exec(connect("reconnect"))))
            .exec(ws("close").close())
            .injectOpen(atOnceUsers((int) Math.ceil(options.users()))));
  }

  /** The waves begin with whoever comes first. */
  private Session arrives(Session session) {
    synchronized (this) {
      if (began == 0) {
        began = System.nanoTime();
      }
    }
    return session.set("key", run.chat().key()).set("previous", "");
  }

  private Session question(Session session) {
    String body = bodies.turn(questions.next(), run.options().maxTokens(), "");
    return session.set("body", body).set("group", "answer");
  }

  private Duration untilTheNext(Session session) {
    long next = began + (session.getInt("wave") + 1) * wave.toNanos();
    return Duration.ofNanos(Math.max(0, next - System.nanoTime()));
  }
}
