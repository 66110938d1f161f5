package kz.qaqpa.log;

import java.io.StringWriter;
import java.util.concurrent.TimeUnit;
import kz.qaqpa.flow.RequestTrace;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonWriteFeature;

/**
 * One JSON line for each request, whatever its end. No text of prompts or answers; what a client
 * could choose is escaped by the JSON writer, so that it cannot break a line. Any thread.
 */
public final class RequestLog {
  private static final Logger LOG = LoggerFactory.getLogger("qaqpa.requests");

  /** ASCII only: some terminals take letters of U+0080 to U+009F for commands, too. */
  private static final JsonFactory JSON =
      JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

  private static final int LONGEST_PATH = 128;

  private RequestLog() {}

  /**
   * Writes the line of a request that is over.
   *
   * @param clientGone whether its client left first
   * @param nanos how long it took
   */
  public static void write(RequestTrace trace, boolean clientGone, long nanos) {
    if (LOG.isInfoEnabled()) {
      LOG.info("{}", line(trace, clientGone, nanos));
    }
  }

  static String line(RequestTrace trace, boolean clientGone, long nanos) {
    StringWriter line = new StringWriter(512);
    try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), line)) {
      json.writeStartObject();
      json.writeStringProperty("id", trace.id());
      text(json, "trace", trace.traceId());
      text(json, "method", cut(trace.method()));
      json.writeStringProperty("path", cut(trace.path()));
      text(json, "agency", trace.agency());
      text(json, "application", trace.application());
      text(json, "model", cut(trace.model()));
      json.writeBooleanProperty("stream", trace.streamed());
      json.writeNumberProperty("status", trace.status());
      text(json, "finish", trace.finish());
      text(json, "error", trace.error());
      text(json, "client_gone", clientGone ? trace.phase().tag() : null);
      millis(json, "quota_ms", trace.quotaNanos());
      millis(json, "queue_ms", trace.queueNanos());
      millis(json, "prefill_ms", trace.prefillNanos());
      millis(json, "ttft_ms", trace.firstTokenNanos());
      millis(json, "duration_ms", nanos);
      json.writeNumberProperty("prompt_tokens", trace.promptTokens());
      json.writeNumberProperty("cached_tokens", trace.cachedTokens());
      json.writeNumberProperty("output_tokens", trace.outputTokens());
      json.writeEndObject();
    }
    return line.toString();
  }

  private static void text(JsonGenerator json, String name, @Nullable String value) {
    if (value != null) {
      json.writeStringProperty(name, value);
    }
  }

  private static void millis(JsonGenerator json, String name, long nanos) {
    if (nanos >= 0) {
      json.writeNumberProperty(name, TimeUnit.NANOSECONDS.toMicros(nanos) / 1000.0);
    }
  }

  private static @Nullable String cut(@Nullable String value) {
    return value == null || value.length() <= LONGEST_PATH
        ? value
        : value.substring(0, LONGEST_PATH) + "…";
  }
}
