package kz.qaqpa.http.api;

import kz.qaqpa.admission.Refusal;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The fields of a JSON object with their types checked; null counts as absent. Errors name the
 * field by its path.
 */
public record Fields(ObjectNode object, String path) {

  /**
   * The fields of a value.
   *
   * @throws Refusal.BadRequest if it is no object
   */
  public static Fields of(JsonNode node, String path) {
    if (!(node instanceof ObjectNode object)) {
      throw Refusal.BadRequest.value(path, Shown.described(node), "an object");
    }
    return new Fields(object, path);
  }

  /** The value, or null where it is absent. */
  public @Nullable JsonNode any(String name) {
    JsonNode node = object.get(name);
    return node == null || node.isNull() ? null : node;
  }

  /** The path of a field for messages and {@code param}. */
  public String at(String name) {
    return path.isEmpty() ? name : path + "." + name;
  }

  /** A string, or null where it is absent. */
  public @Nullable String string(String name, String expected) {
    JsonNode node = any(name);
    if (node != null && !node.isString()) {
      throw wrong(name, Shown.value(node), expected);
    }
    return node == null ? null : node.stringValue();
  }

  /** A string whose value must not be repeated. */
  public @Nullable String privateString(String name, String expected) {
    JsonNode node = any(name);
    if (node != null && !node.isString()) {
      throw wrong(name, Shown.described(node), expected);
    }
    return node == null ? null : node.stringValue();
  }

  /** A number, or null where it is absent. */
  public @Nullable Double number(String name, String expected) {
    JsonNode node = any(name);
    if (node != null && !node.isNumber()) {
      throw wrong(name, Shown.value(node), expected);
    }
    return node == null ? null : (Double) node.asDouble();
  }

  /** A 32-bit integer, or null where it is absent. */
  public @Nullable Integer integer(String name, String expected) {
    JsonNode node = any(name);
    if (node != null && !(node.isIntegralNumber() && node.canConvertToInt())) {
      throw wrong(name, Shown.value(node), expected);
    }
    return node == null ? null : (Integer) node.intValue();
  }

  /** A 64-bit integer, or null where it is absent. */
  public @Nullable Long longInteger(String name, String expected) {
    JsonNode node = any(name);
    if (node != null && !(node.isIntegralNumber() && node.canConvertToLong())) {
      throw wrong(name, Shown.value(node), expected);
    }
    return node == null ? null : (Long) node.longValue();
  }

  /** A truth value, false where it is absent. */
  public boolean bool(String name) {
    JsonNode node = any(name);
    if (node != null && !node.isBoolean()) {
      throw wrong(name, Shown.value(node), "true or false");
    }
    return node != null && node.booleanValue();
  }

  /** An object, or null where it is absent. */
  public @Nullable ObjectNode child(String name) {
    JsonNode node = any(name);
    if (node != null && !node.isObject()) {
      throw wrong(name, Shown.described(node), "an object");
    }
    return (ObjectNode) node;
  }

  /** A value that must be there. */
  public static <T> T required(@Nullable T value, String field, String expected) {
    if (value == null) {
      throw new Refusal.BadRequest(
          field, "missing_required_parameter", field + ": absent (expected: " + expected + ")");
    }
    return value;
  }

  /** A complaint about a field of this object. */
  public Refusal.BadRequest wrong(String name, String found, String expected) {
    return Refusal.BadRequest.value(at(name), found, expected);
  }
}
