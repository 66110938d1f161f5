package kz.qaqpa.tokenizer.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A part of a JSON file that knows where it is, so that a complaint can say so. */
record JsonPart(Path file, String name, JsonNode node) {
  private static final int SHOWN = 64;
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          .build();

  static JsonPart read(Path file) {
    try {
      JsonNode root = MAPPER.readTree(Files.readAllBytes(file));
      return new JsonPart(file, "", root).object();
    } catch (NoSuchFileException e) {
      throw new TokenizerFileException(file, "does not exist", e);
    } catch (IOException e) {
      throw new TokenizerFileException(file, "cannot be read: " + e.getMessage(), e);
    } catch (JacksonException e) {
      throw new TokenizerFileException(file, "is not valid JSON: " + e.getOriginalMessage(), e);
    }
  }

  /** The member of this object, or null if it is absent or null. */
  @Nullable JsonPart optional(String key) {
    JsonNode member = node.get(key);
    return member == null || member.isNull() ? null : new JsonPart(file, path(key), member);
  }

  JsonPart required(String key) {
    JsonPart member = optional(key);
    if (member == null) {
      throw new TokenizerFileException(file, path(key) + ": missing");
    }
    return member;
  }

  private String path(String key) {
    return name.isEmpty() ? key : name + "." + key;
  }

  JsonPart object() {
    if (!node.isObject()) {
      throw wrong("an object");
    }
    return this;
  }

  List<JsonPart> array() {
    if (!node.isArray()) {
      throw wrong("an array");
    }
    List<JsonPart> parts = new ArrayList<>(node.size());
    for (int i = 0; i < node.size(); i++) {
      parts.add(new JsonPart(file, name + "[" + i + "]", node.get(i)));
    }
    return parts;
  }

  String text() {
    if (!node.isString()) {
      throw wrong("a string");
    }
    return node.stringValue();
  }

  int integer(int low, int high) {
    if (!node.isIntegralNumber() || !node.canConvertToInt()) {
      throw wrong("an integer from " + low + " to " + high);
    }
    int value = node.intValue();
    if (value < low || value > high) {
      throw wrong("an integer from " + low + " to " + high);
    }
    return value;
  }

  boolean flag(String key, boolean absent) {
    JsonPart member = optional(key);
    if (member == null) {
      return absent;
    }
    if (!member.node.isBoolean()) {
      throw member.wrong("true or false");
    }
    return member.node.booleanValue();
  }

  /** A complaint about the value of this part. */
  TokenizerFileException wrong(String expected) {
    return new TokenizerFileException(
        file, name + ": " + shown() + " (expected: " + expected + ")");
  }

  /** A complaint that this part asks for what we do not do. */
  TokenizerFileException unsupported(String supported) {
    return new TokenizerFileException(
        file, name + ": " + shown() + " is not supported (supported: " + supported + ")");
  }

  private String shown() {
    StringBuilder text = new StringBuilder();
    if (node.isContainer()) {
      text.append(node.isObject() ? "an object" : "an array");
    } else {
      node.toString().chars().limit(SHOWN).forEach(c -> text.append(c < ' ' ? ' ' : (char) c));
    }
    return text.toString();
  }
}
