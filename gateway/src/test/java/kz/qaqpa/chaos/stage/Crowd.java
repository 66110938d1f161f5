package kz.qaqpa.chaos.stage;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import kz.qaqpa.chaos.stage.Outcome.End;
import kz.qaqpa.fixture.RawClient;
import kz.qaqpa.fixture.ServeProcess;
import kz.qaqpa.fixture.TestGateway;
import org.jspecify.annotations.Nullable;

/** Clients that ask for streams, one after the other, until they are called off. Any thread. */
public final class Crowd implements AutoCloseable {
  private static final AtomicInteger CROWDS = new AtomicInteger();
  private static final Duration PATIENCE = Duration.ofSeconds(40);
  private static final long BETWEEN_REFUSALS = 20_000_000;
  private static final Pattern CODE = Pattern.compile("\"code\":\"([a-z_]+)\"");
  private static final Pattern USAGE =
      Pattern.compile("\"usage\":\\{\"prompt_tokens\":(\\d+),\"completion_tokens\":(\\d+)");
  private static final Pattern CREATED = Pattern.compile("\"created\":(\\d+)");
  private static final String TOKEN = "\"logprob\":";

  /** Answers of the same length, whatever the model says. */
  private static final String STREAM =
      "\"stream\":true,\"stream_options\":{\"include_usage\":true},\"logprobs\":true,"
          + "\"ignore_eos\":true,\"max_tokens\":";

  private final String prefix = "chaos-" + CROWDS.incrementAndGet() + "-";
  private final AtomicInteger requests = new AtomicInteger();
  private final ConcurrentLinkedQueue<Outcome> outcomes = new ConcurrentLinkedQueue<>();
  private final List<Thread> threads = new ArrayList<>();
  private final URI uri;
  private final String body;
  private final HttpClient client;
  private volatile boolean over;

  private Crowd(URI api, int tokens, @Nullable SSLContext tls) {
    this.uri = api.resolve("/v1/chat/completions");
    this.body = TestGateway.chat("Сәлем! Қалайсыз?", STREAM + tokens);
    HttpClient.Builder builder = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1);
    this.client = (tls == null ? builder : builder.sslContext(tls)).build();
  }

  /**
   * Lets them begin.
   *
   * @param tokens of each answer
   */
  public static Crowd start(URI api, int clients, int tokens) {
    return start(api, clients, tokens, null);
  }

  /** The same over TLS. */
  public static Crowd start(URI api, int clients, int tokens, @Nullable SSLContext tls) {
    Crowd crowd = new Crowd(api, tokens, tls);
    for (int i = 0; i < clients; i++) {
      crowd.threads.add(Thread.ofVirtual().name("client-" + i).start(crowd::askAgainAndAgain));
    }
    return crowd;
  }

  /** What ids of its requests begin with. */
  public String prefix() {
    return prefix;
  }

  /** The next id, for a request of the test's own. */
  public String next() {
    return prefix + requests.incrementAndGet();
  }

  /** One of these requests as bytes on a wire, for clients without manners. */
  public String raw(String id, String more) {
    String whole = more.isEmpty() ? body : body.substring(0, body.length() - 1) + "," + more + "}";
    byte[] bytes = whole.getBytes(StandardCharsets.UTF_8);
    return RawClient.head(bytes.length).replaceFirst("\r\n", "\r\nx-request-id: " + id + "\r\n")
        + new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private void askAgainAndAgain() {
    while (!over) {
      Outcome outcome = ask(next());
      if (outcome != null) {
        outcomes.add(outcome);
      }
      if (outcome == null || outcome.end() != End.WHOLE) {
        LockSupport.parkNanos(BETWEEN_REFUSALS);
      }
    }
  }

  /** Null where nobody was there to ask. */
  private @Nullable Outcome ask(String id) {
    HttpRequest request =
        HttpRequest.newBuilder(uri)
            .header("Authorization", "Bearer " + ServeProcess.KEY)
            .header("x-request-id", id)
            .POST(BodyPublishers.ofString(body))
            .build();
    Reading reading = new Reading(id, System.nanoTime());
    try {
      HttpResponse<Stream<String>> response = client.send(request, BodyHandlers.ofLines());
      reading.status = response.statusCode();
      try (Stream<String> lines = response.body()) {
        lines.forEach(reading::line);
      }
      return reading.outcome(false);
    } catch (ConnectException e) {
      return null;
    } catch (IOException | RuntimeException e) {
      return reading.outcome(true);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return reading.outcome(true);
    }
  }

  /** What has come of one answer. */
  private static final class Reading {
    private final String id;
    private final long asked;
    private int status;
    private boolean done;
    private @Nullable String code;
    private long prompt;
    private long output;
    private long created;

    Reading(String id, long asked) {
      this.id = id;
      this.asked = asked;
    }

    void line(String line) {
      if (line.startsWith("data: [DONE]")) {
        done = true;
      } else if (status != 200 || line.startsWith("data: {\"error\":")) {
        Matcher found = CODE.matcher(line);
        code = found.find() ? found.group(1) : "HTTP " + status;
      } else {
        Matcher time = CREATED.matcher(line);
        if (created == 0 && time.find()) {
          created = Long.parseLong(time.group(1));
        }
        Matcher usage = USAGE.matcher(line);
        if (usage.find()) {
          prompt = Long.parseLong(usage.group(1));
          output = Long.parseLong(usage.group(2));
        }
        for (int at = line.indexOf(TOKEN);
            at >= 0 && prompt == 0;
            at = line.indexOf(TOKEN, at + 1)) {
          output++;
        }
      }
    }

    Outcome outcome(boolean cut) {
      End end;
      if (done && code == null && prompt > 0) {
        end = End.WHOLE;
      } else if (code != null) {
        end = status == 200 ? End.FAILED : End.REFUSED;
      } else {
        end = End.CUT;
      }
      String why = code == null ? (cut || end == End.WHOLE ? "" : "no end") : code;
      return new Outcome(id, end, why, prompt, output, created, asked, System.nanoTime());
    }
  }

  /** What came so far. */
  public List<Outcome> outcomes() {
    return List.copyOf(outcomes);
  }

  /** Waits for an outcome of a kind, and gives the first. */
  public Outcome await(String what, Predicate<Outcome> wanted) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      Outcome first = outcomes.stream().filter(wanted).findFirst().orElse(null);
      if (first != null) {
        return first;
      }
      if (System.nanoTime() > deadline) {
        throw new AssertionError("no " + what + " within " + PATIENCE + ": " + summary());
      }
      LockSupport.parkNanos(2_000_000);
    }
  }

  /** Waits for a whole answer to somebody who asked after a moment. */
  public Outcome awaitWhole(long after) {
    return await("whole answer", o -> o.end() == End.WHOLE && o.asked() - after > 0);
  }

  private String summary() {
    return outcomes.stream().map(o -> o.end() + " " + o.code()).distinct().toList().toString();
  }

  /** Calls them off; each ends what it has begun. */
  public List<Outcome> stop() throws InterruptedException {
    over = true;
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    for (Thread thread : threads) {
      long left = Math.max(1_000_000, deadline - System.nanoTime());
      if (!thread.join(Duration.ofNanos(left))) {
        throw new AssertionError("a client waits without end: " + summary());
      }
    }
    client.close();
    return outcomes();
  }

  @Override
  public void close() {
    over = true;
    client.shutdownNow();
  }
}
