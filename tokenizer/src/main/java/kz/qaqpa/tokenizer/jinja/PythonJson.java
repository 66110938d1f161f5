package kz.qaqpa.tokenizer.jinja;

import java.util.Iterator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** JSON with the spaces of Python's {@code json.dumps}; what was marked stays marked. */
final class PythonJson {
  private final StringBuilder out = new StringBuilder();
  private final int indent;

  /**
   * A writer.
   *
   * @param indent spaces per level, or 0 for one line
   */
  PythonJson(int indent) {
    this.indent = indent;
  }

  String write(@Nullable Object value) {
    append(value, 0);
    return out.toString();
  }

  private void append(@Nullable Object value, int level) {
    switch (value) {
      case null -> out.append("null");
      case Map<?, ?> map -> appendAll(map.entrySet().iterator(), '{', '}', level);
      case Iterable<?> items -> appendAll(items.iterator(), '[', ']', level);
      case Boolean flag -> out.append(flag);
      case Number number -> out.append(number);
      default -> appendString(value.toString());
    }
  }

  private void appendAll(Iterator<?> items, char open, char close, int level) {
    out.append(open);
    boolean any = items.hasNext();
    while (items.hasNext()) {
      newLine(level + 1);
      Object item = items.next();
      if (item instanceof Map.Entry<?, ?> entry) {
        appendString(String.valueOf(entry.getKey()));
        out.append(": ");
        append(entry.getValue(), level + 1);
      } else {
        append(item, level + 1);
      }
      if (items.hasNext()) {
        out.append(indent > 0 ? "," : ", ");
      }
    }
    if (any) {
      newLine(level);
    }
    out.append(close);
  }

  private void newLine(int level) {
    if (indent > 0) {
      out.append('\n').repeat(' ', indent * level);
    }
  }

  private void appendString(String text) {
    out.append('"');
    for (int i = 0; i < text.length(); ) {
      int point = text.codePointAt(i);
      i += Character.charCount(point);
      int unit = Marked.unmark(point);
      String escaped = escape(unit >= 0 ? unit : point);
      if (escaped.isEmpty()) {
        out.appendCodePoint(point);
      } else if (unit >= 0) {
        escaped.chars().forEach(c -> out.appendCodePoint(Marked.mark((char) c)));
      } else {
        out.append(escaped);
      }
    }
    out.append('"');
  }

  private static String escape(int c) {
    return switch (c) {
      case '"' -> "\\\"";
      case '\\' -> "\\\\";
      case '\n' -> "\\n";
      case '\r' -> "\\r";
      case '\t' -> "\\t";
      case '\b' -> "\\b";
      case '\f' -> "\\f";
      default -> c < ' ' ? "\\u%04x".formatted(c) : "";
    };
  }
}
