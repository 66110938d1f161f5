package kz.qaqpa.http.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;
import kz.qaqpa.http.api.Json;
import kz.qaqpa.http.api.Obfuscation;
import kz.qaqpa.http.api.Usage;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.io.JsonStringEncoder;

/** What server-sent events of both kinds of completions consist of. Functions only. */
public final class EventBytes {
  private static final byte[] DONE = utf8("data: [DONE]\n\n");
  private static final byte[] DATA = utf8("data: ");
  private static final byte[] EVENT_END = utf8("\n\n");
  private static final byte[] OBJECT_END = utf8("}\n\n");
  private static final byte[] PADDING = utf8(",\"obfuscation\":\"");
  private static final byte[] PADDED_END = utf8("\"}\n\n");
  private static final byte[] USAGE = utf8("],\"usage\":");
  private static final byte[] LABEL = utf8(",\"content_label\":");

  private EventBytes() {}

  /** Ends an event whose object is still open. */
  public static void end(ByteBuf out) {
    out.writeBytes(OBJECT_END);
  }

  /**
   * Ends an event whose object is still open with as many random characters as make its size say
   * nothing of the length of its text.
   *
   * @param varying bytes of the event that depend on the text
   */
  public static void endPadded(ByteBuf out, int varying) {
    out.writeBytes(PADDING).writeBytes(Obfuscation.noise(varying)).writeBytes(PADDED_END);
  }

  /**
   * The event with the usage, which has no choices.
   *
   * @param head an event up to the bracket that opens its choices
   */
  public static void usage(ByteBuf out, byte[] head, Usage usage) {
    out.writeBytes(head).writeBytes(USAGE).writeBytes(Json.bytes(Json.UsageBody.of(usage)));
    end(out);
  }

  /**
   * Member {@code content_label} of an event whose object is still open.
   *
   * @param json of the label
   */
  public static void label(ByteBuf out, byte[] json) {
    out.writeBytes(LABEL).writeBytes(json);
  }

  /** The end of a stream that came to its end. */
  public static void done(ByteBuf out) {
    out.writeBytes(DONE);
  }

  /**
   * An error, the last event of its stream.
   *
   * @param label of what was delivered before, or null if nothing was
   */
  public static ByteBuf error(
      ByteBufAllocator allocator, HttpError error, byte @Nullable [] label) {
    byte[] body = Json.bytes(new Json.ErrorBody(error.body()));
    int room = DATA.length + body.length + EVENT_END.length;
    if (label == null) {
      return allocator.buffer(room).writeBytes(DATA).writeBytes(body).writeBytes(EVENT_END);
    }
    ByteBuf out = allocator.buffer(room + LABEL.length + label.length);
    out.writeBytes(DATA).writeBytes(body, 0, body.length - 1);
    label(out, label);
    return out.writeBytes(OBJECT_END);
  }

  /** A JSON string. */
  public static String quoted(String value) {
    return "\"" + new String(JsonStringEncoder.getInstance().quoteAsCharArray(value)) + "\"";
  }

  /** Text as UTF-8. */
  public static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
