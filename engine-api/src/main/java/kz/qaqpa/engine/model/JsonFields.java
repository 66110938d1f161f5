package kz.qaqpa.engine.model;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A JSON object of a model file, read field by field; every complaint names field and value. */
final class JsonFields {
  /** Refuses duplicate keys, on which readers differ, and anything behind the document. */
  static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private static final int MAX_BYTES = 1 << 20;
  private static final int SHOWN = 64;

  private final Path file;
  private final String prefix;
  private final JsonNode object;

  private JsonFields(Path file, String prefix, JsonNode object) {
    this.file = file;
    this.prefix = prefix;
    this.object = object;
  }

  /** Reads a file of at most 1 MiB that holds one object. */
  static JsonFields read(Path file) {
    JsonNode root;
    try {
      root = MAPPER.readTree(bytes(file, MAX_BYTES));
    } catch (JacksonException e) {
      throw new ModelFileException(file, "not JSON: " + where(e), e);
    }
    if (!root.isObject()) {
      throw new ModelFileException(
          file, "not a JSON object: " + shown(root.toString()) + " (expected: {…})");
    }
    return new JsonFields(file, "", root);
  }

  /** The bytes of a regular file, if there are no more than {@code limit}. */
  static byte[] bytes(Path file, int limit) {
    if (!Files.isRegularFile(file)) {
      throw new ModelFileException(file, "missing (expected: a regular file)");
    }
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(limit + 1);
      if (bytes.length > limit) {
        throw new ModelFileException(file, "too large (expected: at most " + limit + " bytes)");
      }
      return bytes;
    } catch (IOException e) {
      throw new ModelFileException(file, "cannot be read: " + e.getMessage(), e);
    }
  }

  /** Jackson's message without the source excerpt, which may be long and hostile. */
  static String where(JacksonException e) {
    String problem = shown(String.valueOf(e.getOriginalMessage()));
    var place = e.getLocation();
    return place == null || place.getLineNr() < 0
        ? problem
        : problem + " at line " + place.getLineNr() + ", column " + place.getColumnNr();
  }

  /** Text from a file made fit for a message: control characters escaped, cut at 64 characters. */
  static String shown(String text) {
    StringBuilder shown = new StringBuilder();
    for (int i = 0; i < Math.min(text.length(), SHOWN); i++) {
      char c = text.charAt(i);
      if (Character.isISOControl(c) || Character.isSurrogate(c) || c == '\u2028' || c == '\u2029') {
        shown.append(String.format("\\u%04x", (int) c));
      } else {
        shown.append(c);
      }
    }
    return text.length() > SHOWN ? shown.append('…').toString() : shown.toString();
  }

  /** The value of a field, or null if it is absent or null. */
  @Nullable JsonNode find(String name) {
    JsonNode value = object.get(name);
    return value == null || value.isNull() ? null : value;
  }

  boolean has(String name) {
    return find(name) != null;
  }

  /** An object inside this one, or null. */
  @Nullable JsonFields object(String name) {
    JsonNode value = find(name);
    if (value == null) {
      return null;
    }
    if (!value.isObject()) {
      throw wrong(name, value, "an object");
    }
    return new JsonFields(file, prefix + name + ".", value);
  }

  /** An integer that must be there, in {@code [low, high]}. */
  int integer(String name, int low, int high) {
    JsonNode value = find(name);
    if (value == null) {
      throw missing(name, "an integer from " + low + " to " + high);
    }
    return integer(name, value, low, high);
  }

  /** An integer in {@code [low, high]}, or the fallback if there is none. */
  int integer(String name, int low, int high, int fallback) {
    JsonNode value = find(name);
    return value == null ? fallback : integer(name, value, low, high);
  }

  int integer(String name, JsonNode value, int low, int high) {
    if (!value.isIntegralNumber()
        || !value.canConvertToInt()
        || value.intValue() < low
        || value.intValue() > high) {
      throw wrong(name, value, "an integer from " + low + " to " + high);
    }
    return value.intValue();
  }

  /** A number in {@code [low, high]} that must be there. */
  double number(String name, double low, double high) {
    if (find(name) == null) {
      throw missing(name, "a number from " + low + " to " + high);
    }
    return number(name, low, high, Double.NaN);
  }

  /** A number in {@code [low, high]}, or the fallback if there is none. */
  double number(String name, double low, double high, double fallback) {
    JsonNode value = find(name);
    if (value == null) {
      return fallback;
    }
    // The negated comparison also refuses what overflows to infinity.
    if (!value.isNumber() || !(value.doubleValue() >= low && value.doubleValue() <= high)) {
      throw wrong(name, value, "a number from " + low + " to " + high);
    }
    return value.doubleValue();
  }

  boolean flag(String name, boolean fallback) {
    JsonNode value = find(name);
    if (value == null) {
      return fallback;
    }
    if (!value.isBoolean()) {
      throw wrong(name, value, "true or false");
    }
    return value.booleanValue();
  }

  /** A string, or null if there is none. */
  @Nullable String string(String name) {
    JsonNode value = find(name);
    if (value == null) {
      return null;
    }
    if (!value.isString()) {
      throw wrong(name, value, "a string");
    }
    return value.stringValue();
  }

  ModelFileException missing(String name, String expected) {
    return new ModelFileException(file, prefix + name + ": missing (expected: " + expected + ")");
  }

  ModelFileException wrong(String name, Object value, String expected) {
    return new ModelFileException(
        file, prefix + name + ": " + shown(value.toString()) + " (expected: " + expected + ")");
  }
}
