package kz.qaqpa.config;

import java.util.Locale;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/** Values as messages show them: short, on one line, without secrets. */
final class Shown {
  private static final int MAX_CHARACTERS = 64;
  private static final Pattern SECRET =
      Pattern.compile("key|secret|password|token(?!s|ize)|credential");

  private Shown() {}

  /** Whether values of this key must not be shown. */
  static boolean isSecret(KeyPath path) {
    return path.steps().stream()
        .filter(String.class::isInstance)
        .anyMatch(key -> SECRET.matcher(key.toString().toLowerCase(Locale.ROOT)).find());
  }

  static String value(KeyPath path, JsonNode value) {
    return switch (value.getNodeType()) {
      case OBJECT -> "a mapping";
      case ARRAY -> "a list";
      default -> scalar(path, value.asString());
    };
  }

  static String scalar(KeyPath path, String value) {
    return isSecret(path) ? hidden(value) : name(value);
  }

  static String hidden(String value) {
    return "<" + value.length() + " characters>";
  }

  /** Cut, with control characters escaped. */
  static String name(String text) {
    StringBuilder shown = new StringBuilder();
    text.codePoints()
        .limit(MAX_CHARACTERS)
        .forEach(c -> {
          if (isUnprintable(c)) {
            shown.append(String.format(Locale.ROOT, "\\u%04x", c));
          } else {
            shown.appendCodePoint(c);
          }
        });
    return text.codePointCount(0, text.length()) > MAX_CHARACTERS ? shown + "…" : shown.toString();
  }

  private static boolean isUnprintable(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          true;
      default -> false;
    };
  }
}
