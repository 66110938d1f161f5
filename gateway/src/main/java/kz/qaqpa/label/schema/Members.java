package kz.qaqpa.label.schema;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads members of a JSON object; all complaints are {@link IllegalArgumentException}s that name
 * the member and not its value, which somebody else wrote.
 *
 * @param node the object
 * @param path where it is, ending with a point; empty for the label itself
 */
record Members(ObjectNode node, String path) {

  String text(String name) {
    String text = optionalText(name);
    if (text == null) {
      throw wrong(name, "a text");
    }
    return text;
  }

  @Nullable String optionalText(String name) {
    JsonNode value = node.get(name);
    if (value == null) {
      return null;
    }
    if (!value.isString()) {
      throw wrong(name, "a text");
    }
    return value.stringValue();
  }

  int number(String name) {
    JsonNode value = node.get(name);
    if (value == null || !value.isInt()) {
      throw wrong(name, "a whole number");
    }
    return value.intValue();
  }

  void requireNumber(String name, int wanted) {
    if (number(name) != wanted) {
      throw wrong(name, String.valueOf(wanted));
    }
  }

  void requireTrue(String name) {
    if (!flag(name)) {
      throw wrong(name, "true");
    }
  }

  boolean flag(String name) {
    JsonNode value = node.get(name);
    if (value != null && !value.isBoolean()) {
      throw wrong(name, "true or false");
    }
    return value != null && value.booleanValue();
  }

  Instant instant(String name) {
    try {
      return Instant.parse(text(name));
    } catch (DateTimeException e) {
      throw wrong(name, "a time such as 2026-12-01T09:00:00Z");
    }
  }

  <E extends Enum<E>> E tag(String name, Class<E> type) {
    return tag(name, text(name), type);
  }

  private <E extends Enum<E>> E tag(String name, String value, Class<E> type) {
    List<String> expected = new ArrayList<>();
    for (E constant : type.getEnumConstants()) {
      String tag = constant.name().toLowerCase(Locale.ROOT);
      if (tag.equals(value)) {
        return constant;
      }
      expected.add(tag);
    }
    throw wrong(name, "one of " + expected);
  }

  <E extends Enum<E>> List<E> tags(String name, Class<E> type) {
    JsonNode value = node.get(name);
    if (value == null || !value.isArray()) {
      throw wrong(name, "a list");
    }
    List<E> tags = new ArrayList<>();
    for (JsonNode item : value) {
      tags.add(tag(name, item.isString() ? item.stringValue() : "", type));
    }
    return tags;
  }

  Members object(String name) {
    Members object = optionalObject(name);
    if (object == null) {
      throw wrong(name, "an object");
    }
    return object;
  }

  @Nullable Members optionalObject(String name) {
    JsonNode value = node.get(name);
    if (value == null || value.isNull()) {
      return null;
    }
    if (!(value instanceof ObjectNode object)) {
      throw wrong(name, "an object");
    }
    return new Members(object, path + name + ".");
  }

  @Nullable List<Members> optionalObjects(String name) {
    JsonNode value = node.get(name);
    if (value == null) {
      return null;
    }
    if (!value.isArray()) {
      throw wrong(name, "a list of objects");
    }
    List<Members> objects = new ArrayList<>();
    for (JsonNode item : value) {
      if (!(item instanceof ObjectNode object)) {
        throw wrong(name, "a list of objects");
      }
      objects.add(new Members(object, path + name + "."));
    }
    return objects;
  }

  private IllegalArgumentException wrong(String name, String expected) {
    return new IllegalArgumentException(
        path
            + name
            + ": "
            + (node.has(name) ? "malformed" : "absent")
            + " (expected: "
            + expected
            + ")");
  }
}
