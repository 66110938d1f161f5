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

/**
 * One JSON line for each WebSocket session, when it is over; its responses have lines of their own,
 * whose ids begin with the session's. Numbers and ids only. Any thread.
 */
public final class SessionLog {
  private static final Logger LOG = LoggerFactory.getLogger("qaqpa.requests");
  private static final JsonFactory JSON = new JsonFactory();

  private SessionLog() {}

  /**
   * Writes the line of a session.
   *
   * @param trace of its handshake
   * @param code close code
   * @param messages messages that came
   * @param responses responses that were begun
   */
  public static void write(RequestTrace trace, int code, int messages, int responses) {
    if (LOG.isInfoEnabled()) {
      LOG.info("{}", line(trace, code, messages, responses, System.nanoTime()));
    }
  }

  static String line(RequestTrace trace, int code, int messages, int responses, long now) {
    StringWriter line = new StringWriter(256);
    try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), line)) {
      json.writeStartObject();
      json.writeStringProperty("id", trace.id());
      text(json, "trace", trace.traceId());
      json.writeStringProperty("session", "WS " + trace.path());
      text(json, "agency", trace.agency());
      text(json, "application", trace.application());
      json.writeNumberProperty("close", code);
      json.writeNumberProperty("messages", messages);
      json.writeNumberProperty("responses", responses);
      long micros = TimeUnit.NANOSECONDS.toMicros(now - trace.startNanos());
      json.writeNumberProperty("duration_ms", micros / 1000.0);
      json.writeEndObject();
    }
    return line.toString();
  }

  private static void text(JsonGenerator json, String name, @Nullable String value) {
    if (value != null) {
      json.writeStringProperty(name, value);
    }
  }
}
