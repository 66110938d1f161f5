package kz.qaqpa.http.api;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import kz.qaqpa.admission.Refusal;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Bytes to a JSON object: strict UTF-8, no name twice, bounded depth. Any thread. */
public final class JsonBody {
  /** Deepest nesting that is read. */
  public static final int DEPTH = 64;

  /** Bytes of a longer text would hold up the other connections of an event loop. */
  public static final int LONGEST_ON_LOOP = 64 << 10;

  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(DEPTH).build())
                  .build())
          .build();

  private JsonBody() {}

  /**
   * Reads a body.
   *
   * @throws Refusal.BadRequest if it is not one JSON object; the message gives a place, no text
   */
  public static ObjectNode read(byte[] body) {
    try {
      JsonNode node = MAPPER.readTree(text(body));
      if (node instanceof ObjectNode object) {
        return object;
      }
      throw bad(Shown.described(node), "a JSON object");
    } catch (StreamConstraintsException e) {
      throw bad("beyond the limits" + at(e), "nested at most " + DEPTH + " deep, sane numbers");
    } catch (JacksonException e) {
      // Jackson's own messages may repeat parts of the body.
      boolean twice = String.valueOf(e.getOriginalMessage()).startsWith("Duplicate");
      throw twice
          ? bad("a name twice in one object" + at(e), "each name once")
          : bad("malformed JSON" + at(e), "a JSON object");
    }
  }

  private static String text(byte[] body) {
    CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    ByteBuffer bytes = ByteBuffer.wrap(body);
    try {
      CharBuffer text = decoder.decode(bytes);
      return text.toString();
    } catch (CharacterCodingException e) {
      throw bad("invalid UTF-8 at byte " + bytes.position(), "UTF-8");
    }
  }

  private static String at(JacksonException e) {
    TokenStreamLocation at = e.getLocation();
    return at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr();
  }

  private static Refusal.BadRequest bad(String found, String expected) {
    return new Refusal.BadRequest(
        null, "invalid_body", "body: " + found + " (expected: " + expected + ")");
  }
}
