package kz.qaqpa.cli.soak.load;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.random.RandomGenerator;
import kz.qaqpa.cli.client.SseParser;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Asks chat questions, streamed or not, and reads each answer to its end. */
public final class Asker implements User {
  private static final int STREAM_TOKENS = 64;
  private static final int WHOLE_TOKENS = 32;

  private final Site site;
  private final String name;
  private final String key;
  private final boolean stream;
  private final int pauseMillis;
  private final Set<String> refusals;

  /**
   * @param refusals codes of errors that it must expect, such as {@code application_suspended}
   */
  public Asker(
      Site site, String name, String key, boolean stream, int pauseMillis, Set<String> refusals) {
    this.site = site;
    this.name = name;
    this.key = key;
    this.stream = stream;
    this.pauseMillis = pauseMillis;
    this.refusals = Set.copyOf(refusals);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int pauseMillis() {
    return pauseMillis;
  }

  @Override
  public void turn(RandomGenerator random) throws IOException, InterruptedException {
    String body = site.chat(random, stream, stream ? STREAM_TOKENS : WHOLE_TOKENS);
    long sent = System.nanoTime();
    HttpResponse<InputStream> response =
        site.http()
            .send(site.post("/v1/chat/completions", key, body), BodyHandlers.ofInputStream());
    try (InputStream in = response.body()) {
      if (response.statusCode() != 200) {
        refused(Site.JSON.readTree(in));
      } else if (stream) {
        Reading reading = new Reading(sent);
        reading.all(in);
        end(reading);
      } else {
        String finish = Site.JSON.readTree(in).at("/choices/0/finish_reason").asString("");
        site.outcomes().count(name + ": answered", !finish.isEmpty());
      }
    }
  }

  private void refused(JsonNode body) {
    String code = body.at("/error/code").asString("without a code");
    site.outcomes().count(name + ": " + code, refusals.contains(code));
  }

  private void end(Reading reading) {
    if (reading.error != null) {
      refused(reading.error);
    } else {
      site.outcomes().count(name + (reading.done ? ": streamed" : ": cut off"), reading.done);
    }
  }

  /** One stream as it is read. */
  private final class Reading {
    private long last;
    private boolean begun;
    private boolean done;
    private @Nullable JsonNode error;

    Reading(long sent) {
      this.last = sent;
    }

    void all(InputStream in) throws IOException {
      SseParser events = new SseParser(this::take);
      byte[] buffer = new byte[8192];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        events.feed(ByteBuffer.wrap(buffer, 0, n));
      }
    }

    private void take(String data) {
      if (data.equals("[DONE]")) {
        done = true;
        return;
      }
      JsonNode event = Site.JSON.readTree(data);
      if (event.has("error")) {
        error = event;
      } else if (!event.at("/choices/0/delta/content").asString("").isEmpty()) {
        long now = System.nanoTime();
        if (begun) {
          site.outcomes().between(now - last);
        } else {
          site.outcomes().first(now - last);
        }
        begun = true;
        last = now;
      }
    }
  }
}
