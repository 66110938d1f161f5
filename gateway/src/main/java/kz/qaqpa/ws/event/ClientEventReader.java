package kz.qaqpa.ws.event;

import java.util.regex.Pattern;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.http.api.JsonBody;
import kz.qaqpa.http.api.Shown;
import kz.qaqpa.http.api.responses.ResponsesRequestReader;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A message to a {@link ClientEvent}. Functions only; any thread. */
public final class ClientEventReader {
  private static final Pattern STREAM_ID = Pattern.compile("[A-Za-z0-9_.-]{1,256}");
  private static final String STREAM_ID_FORM = "1 to 256 of A-Z a-z 0-9 _ . -";
  private static final Pattern RESPONSE_ID = Pattern.compile("[A-Za-z0-9_-]{1,128}");
  private static final String TYPES = "response.create or response.cancel";

  private ClientEventReader() {}

  /** Reads a message; whatever it is, an event comes of it. */
  public static ClientEvent read(byte[] utf8) {
    String lane = null;
    try {
      ObjectNode event = JsonBody.read(utf8);
      lane = streamId(event);
      return read(event, lane, utf8.length);
    } catch (Refusal refusal) {
      return new ClientEvent.Bad(lane, refusal);
    }
  }

  private static ClientEvent read(ObjectNode event, @Nullable String lane, int bytes) {
    String type = string(event, "type", TYPES);
    if (type == null) {
      throw Refusal.BadRequest.value("type", "absent", TYPES);
    }
    return switch (type) {
      case "response.create" -> create(event, lane, bytes);
      case "response.cancel" -> new ClientEvent.Cancel(lane, responseId(event));
      case "response.steer" ->
          throw new Refusal.BadRequest(
              "type",
              "unsupported",
              "type: response.steer is not supported (expected: " + TYPES + ")");
      default -> throw new Refusal.BadRequest("type", "unknown_event_type", unknown(type));
    };
  }

  private static String unknown(String type) {
    return "type: " + Shown.text(type) + " (expected: " + TYPES + ")";
  }

  private static ClientEvent.Create create(ObjectNode event, @Nullable String lane, int bytes) {
    event.remove("type");
    event.remove("stream_id");
    onlyAs(event, "stream", true, "a WebSocket always streams");
    onlyAs(event, "background", false, "a session's responses end with it");
    onlyAs(event, "generate", true, "nothing is read ahead");
    ResponsesRequestReader.Reading reading = ResponsesRequestReader.read(event);
    return new ClientEvent.Create(lane, reading.request(), reading.ignored(), bytes);
  }

  /** Takes a field out that may have one value only. */
  private static void onlyAs(ObjectNode body, String name, boolean value, String reason) {
    JsonNode node = body.remove(name);
    if (node == null || node.isNull()) {
      return;
    }
    if (!node.isBoolean()) {
      throw Refusal.BadRequest.value(name, Shown.value(node), Boolean.toString(value));
    }
    if (node.booleanValue() != value) {
      throw new Refusal.BadRequest(
          name,
          "unsupported_parameter",
          name + ": " + !value + " (expected: absent or " + value + ", as " + reason + ")");
    }
  }

  private static @Nullable String streamId(ObjectNode event) {
    String id = string(event, "stream_id", STREAM_ID_FORM);
    if (id != null && !STREAM_ID.matcher(id).matches()) {
      throw Refusal.BadRequest.value("stream_id", Shown.text(id), STREAM_ID_FORM);
    }
    return id;
  }

  private static @Nullable String responseId(ObjectNode event) {
    String id = string(event, "response_id", "id of a response");
    if (id != null && !RESPONSE_ID.matcher(id).matches()) {
      throw Refusal.BadRequest.value("response_id", Shown.text(id), "id of a response");
    }
    return id;
  }

  private static @Nullable String string(ObjectNode event, String name, String expected) {
    JsonNode node = event.get(name);
    if (node == null || node.isNull()) {
      return null;
    }
    if (!node.isString()) {
      throw Refusal.BadRequest.value(name, Shown.value(node), expected);
    }
    return node.stringValue();
  }
}
