package kz.qaqpa.http.api;

import tools.jackson.databind.JsonNode;

/**
 * What an error message may repeat of a request. Values of fields that carry text of people
 * (content, stops, metadata, users, credentials) are described, never repeated; others are cut and
 * escaped.
 */
public final class Shown {
  private static final int LONGEST = 64;

  private Shown() {}

  /** A value in quotes, cut at 64 characters, control characters escaped. */
  public static String text(String value) {
    StringBuilder shown = new StringBuilder("\"");
    value
        .codePoints()
        .limit(LONGEST)
        .forEach(c -> {
          if (Character.isISOControl(c) || Character.getType(c) == Character.FORMAT) {
            shown.append(String.format("\\u%04x", c));
          } else {
            shown.appendCodePoint(c);
          }
        });
    return shown
        .append(value.codePointCount(0, value.length()) > LONGEST ? "…\"" : "\"")
        .toString();
  }

  /** A number as a person writes it: {@code -1}, not {@code -1.0}. */
  public static String number(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : Double.toString(value);
  }

  /** A JSON value of a field without private text. */
  public static String value(JsonNode node) {
    return node.isNumber() || node.isBoolean()
        ? text(node.asString()).replace("\"", "")
        : node.isString() ? text(node.stringValue()) : described(node);
  }

  /** Type and length of a JSON value. */
  public static String described(JsonNode node) {
    return switch (node.getNodeType()) {
      case STRING -> "string of " + node.stringValue().length() + " characters";
      case ARRAY -> "array of " + node.size();
      case OBJECT -> "object of " + node.size();
      case NUMBER -> "number";
      case BOOLEAN -> "boolean";
      case NULL, MISSING -> "null";
      case BINARY, POJO -> "value";
    };
  }
}
