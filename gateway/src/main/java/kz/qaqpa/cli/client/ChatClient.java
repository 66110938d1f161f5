package kz.qaqpa.cli.client;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Asks a chat completions API and streams the answer. One question at a time. */
public final class ChatClient implements AutoCloseable {
  private final ApiClient api;
  private volatile @Nullable InputStream body;
  private volatile boolean cancelled;

  /**
   * A client; no connection is made yet.
   *
   * @param base {@code http://HOST:PORT}, with or without a slash at its end
   * @param key sent as bearer token if not null
   * @throws IllegalArgumentException naming a URL or key that cannot be used
   */
  public ChatClient(String base, @Nullable String key) {
    this.api = new ApiClient(base, key);
  }

  /**
   * An answer, whole or cancelled.
   *
   * @param tokens as the server counted them, else the number of events with text
   * @param timeToFirst from sending the question to the first text
   * @param streaming from the first text to the last
   * @param disclosure the header {@code AI-Disclosure}, if any
   */
  public record Answer(
      String text,
      int tokens,
      Duration timeToFirst,
      Duration streaming,
      @Nullable String disclosure,
      boolean cancelled) {

    /** Tokens after the first, by second; 0 if there is none. */
    public double tokensPerSecond() {
      double seconds = streaming.toNanos() / 1e9;
      return tokens < 2 || seconds <= 0 ? 0 : (tokens - 1) / seconds;
    }
  }

  /** The first model that the server lists. */
  public String firstModel() throws IOException, InterruptedException {
    try (InputStream in = api.send(api.request("v1/models").build()).body()) {
      return ChatJson.firstModel(new String(in.readNBytes(1 << 20), StandardCharsets.UTF_8));
    }
  }

  /**
   * Asks, and hands the answer on as it comes.
   *
   * @throws ServerError if the server refuses, or fails in the middle
   * @throws IOException if the connection fails
   */
  public Answer ask(String model, List<ChatJson.Turn> turns, Consumer<String> onText)
      throws IOException, InterruptedException {
    cancelled = false;
    HttpRequest request =
        api.request("v1/chat/completions")
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(ChatJson.request(model, turns)))
            .build();
    Reading reading = new Reading(onText);
    HttpResponse<InputStream> response = api.send(request);
    try (InputStream in = response.body()) {
      body = in;
      reading.readAll(in);
    } catch (IOException e) {
      if (!cancelled) {
        throw e;
      }
    } finally {
      body = null;
    }
    return reading.answer(response.headers().firstValue("AI-Disclosure").orElse(null), cancelled);
  }

  /** Ends the answer under way, if any, by closing its connection. Any thread. */
  public void cancel() {
    InputStream in = body;
    if (in != null) {
      cancelled = true;
      try {
        in.close();
      } catch (IOException e) {
        // The connection is gone either way.
      }
    }
  }

  /** Whether an answer is under way. */
  public boolean isAnswering() {
    return body != null;
  }

  @Override
  public void close() {
    api.close();
  }

  /** One answer as it is read. */
  private static final class Reading {
    private final Consumer<String> onText;
    private final StringBuilder text = new StringBuilder();
    private final long started = System.nanoTime();
    private long first;
    private long last;
    private int events;
    private int counted = -1;
    private boolean done;

    Reading(Consumer<String> onText) {
      this.onText = onText;
    }

    void readAll(InputStream in) throws IOException {
      SseParser parser = new SseParser(this::take);
      byte[] buffer = new byte[8192];
      for (int n = in.read(buffer); n >= 0 && !done; n = in.read(buffer)) {
        parser.feed(ByteBuffer.wrap(buffer, 0, n));
        if (done) {
          return;
        }
      }
      if (!done) {
        throw new ServerError("the connection ended before the answer did");
      }
    }

    private void take(String data) {
      if (done || data.equals("[DONE]")) {
        done = true;
        return;
      }
      ChatJson.Chunk chunk = ChatJson.chunk(data);
      counted = Math.max(counted, chunk.completionTokens());
      if (!chunk.content().isEmpty()) {
        last = System.nanoTime();
        first = events++ == 0 ? last : first;
        text.append(chunk.content());
        onText.accept(chunk.content());
      }
    }

    Answer answer(@Nullable String disclosure, boolean cancelled) {
      return new Answer(
          text.toString(),
          counted >= 0 ? counted : events,
          Duration.ofNanos(events == 0 ? 0 : first - started),
          Duration.ofNanos(last - first),
          disclosure,
          cancelled);
    }
  }
}
