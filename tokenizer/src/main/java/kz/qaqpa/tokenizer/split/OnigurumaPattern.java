package kz.qaqpa.tokenizer.split;

import java.util.Locale;
import java.util.Set;

/**
 * Translates the part of Oniguruma's syntax that split patterns use to {@link
 * java.util.regex.Pattern}'s: literals, classes, general categories, {@code \s \S \d \r \n \t},
 * groups, {@code (?i:…)}, lookahead, alternatives and quantifiers. Everything else is refused,
 * because it may mean something else there: {@code \s} is ASCII in Java unless told otherwise,
 * {@code (?i:s)} matches U+017F in Oniguruma only, {@code x{2}+} is possessive in Java only.
 *
 * <p>A group may not be repeated: Java would recurse for each repetition, down the stack.
 */
final class OnigurumaPattern {
  private static final Set<String> CATEGORIES =
      Set.of(
          "L", "Lu", "Ll", "Lt", "Lm", "Lo", "M", "Mn", "Mc", "Me", "N", "Nd", "Nl", "No", "P",
          "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "S", "Sm", "Sc", "Sk", "So", "Z", "Zs", "Zl",
          "Zp", "C", "Cc", "Cf", "Co", "Cn");

  /** Pairs of ASCII letters that a single character folds to, as the sharp s does to ss. */
  private static final Set<String> FOLDED_PAIRS = Set.of("ss", "st", "ff", "fi", "fl");

  private final String source;
  private final StringBuilder out = new StringBuilder();
  private int at;
  private boolean afterGroup;

  private OnigurumaPattern(String source) {
    this.source = source;
  }

  /**
   * Translates a pattern.
   *
   * @throws IllegalArgumentException naming the part that is not supported, and its index
   */
  static String toJava(String source) {
    OnigurumaPattern pattern = new OnigurumaPattern(source);
    pattern.alternatives(false);
    if (pattern.at < source.length()) {
      throw pattern.unsupported("')' without '('");
    }
    return pattern.out.toString();
  }

  private void alternatives(boolean ignoreCase) {
    while (at < source.length() && source.charAt(at) != ')') {
      afterGroup = false;
      char c = source.charAt(at);
      switch (c) {
        case '|' -> {
          out.append('|');
          at++;
          continue;
        }
        case '(' -> group(ignoreCase);
        case '[' -> charClass(ignoreCase);
        case '\\' -> escape();
        case '*', '+', '?', '{' -> throw unsupported("a quantifier without anything to repeat");
        case '^', '$', '.', ']', '}' -> throw unsupported("'" + c + "'");
        default -> literal(ignoreCase);
      }
      quantifier();
    }
  }

  private void group(boolean ignoreCase) {
    boolean inner = ignoreCase;
    if (source.startsWith("(?i:", at)) {
      inner = true;
      open(4, "(?:");
    } else if (source.startsWith("(?:", at)) {
      open(3, "(?:");
    } else if (source.startsWith("(?!", at)) {
      open(3, "(?!");
    } else if (source.startsWith("(?=", at)) {
      open(3, "(?=");
    } else if (source.startsWith("(?", at)) {
      throw unsupported("this kind of group");
    } else {
      open(1, "(?:");
    }
    alternatives(inner);
    if (at >= source.length()) {
      throw unsupported("'(' without ')'");
    }
    out.append(')');
    at++;
    afterGroup = true;
  }

  private void open(int length, String java) {
    at += length;
    out.append(java);
  }

  private void quantifier() {
    if (at >= source.length()) {
      return;
    }
    char c = source.charAt(at);
    boolean braces = c == '{';
    if (braces) {
      int close = source.indexOf('}', at);
      String range = close < 0 ? "" : source.substring(at, close + 1);
      if (!range.matches("\\{[0-9]{1,3}(,[0-9]{0,3})?}")) {
        throw unsupported("this quantifier");
      }
      out.append(range);
      at = close + 1;
    } else if (c == '*' || c == '+' || c == '?') {
      out.append(c);
      at++;
    } else {
      return;
    }
    if (afterGroup && c != '?') {
      throw unsupported("a repeated group");
    }
    if (at < source.length() && (source.charAt(at) == '+' || source.charAt(at) == '?')) {
      if (braces) {
        throw unsupported("a second quantifier");
      }
      out.append(source.charAt(at++)); // Possessive or lazy in both.
    }
    if (at < source.length() && "*+?{".indexOf(source.charAt(at)) >= 0) {
      throw unsupported("a second quantifier");
    }
  }

  private void literal(boolean ignoreCase) {
    int point = source.codePointAt(at);
    if (ignoreCase && at + 2 <= source.length()) {
      String pair = source.substring(at, at + 2).toLowerCase(Locale.ROOT);
      if (FOLDED_PAIRS.contains(pair)) {
        throw unsupported("'" + pair + "' regardless of case");
      }
    }
    if (ignoreCase) {
      out.append('[');
      appendFolded(point);
      out.append(']');
    } else {
      appendQuoted(point);
    }
    at += Character.charCount(point);
  }

  private void charClass(boolean ignoreCase) {
    out.append('[');
    at++;
    if (at < source.length() && source.charAt(at) == '^') {
      out.append('^');
      at++;
    }
    int start = at;
    while (at < source.length() && (source.charAt(at) != ']' || at == start)) {
      char c = source.charAt(at);
      if (c == '[' || c == ']' || source.startsWith("&&", at)) {
        throw unsupported("'" + c + "' in a class");
      }
      if (c == '\\') {
        escape();
        continue;
      }
      int low = source.codePointAt(at);
      at += Character.charCount(low);
      boolean range =
          at + 1 < source.length() && source.charAt(at) == '-' && source.charAt(at + 1) != ']';
      if (!range && ignoreCase) {
        appendFolded(low);
        continue;
      }
      appendQuoted(low);
      if (range) {
        at++;
        int high = source.codePointAt(at);
        if (ignoreCase || "[\\&".indexOf(high) >= 0) {
          throw unsupported("this range");
        }
        out.append('-');
        appendQuoted(high);
        at += Character.charCount(high);
      }
    }
    if (at >= source.length()) {
      throw unsupported("'[' without ']'");
    }
    out.append(']');
    at++;
  }

  private void escape() {
    char c = at + 1 < source.length() ? source.charAt(at + 1) : '\0';
    switch (c) {
      case 's' -> out.append("\\p{IsWhite_Space}");
      case 'S' -> out.append("\\P{IsWhite_Space}");
      case 'd' -> out.append("\\p{Nd}");
      case 'r', 'n', 't' -> out.append('\\').append(c);
      case 'p', 'P' -> {
        int close = source.indexOf('}', at);
        String name = close < at + 3 ? "" : source.substring(at + 3, close);
        if (!CATEGORIES.contains(name)) {
          throw unsupported("this property");
        }
        out.append('\\').append(c).append('{').append(name).append('}');
        at = close + 1;
        return;
      }
      default -> {
        if (c <= ' ' || c > '~' || Character.isLetterOrDigit(c)) {
          throw unsupported("this escape");
        }
        appendQuoted(c);
      }
    }
    at += 2;
  }

  private void appendFolded(int point) {
    if (point >= 0x80) {
      throw unsupported("a letter outside of ASCII regardless of case");
    }
    appendQuoted(point);
    if (Character.isLetter(point)) {
      int upper = Character.toUpperCase(point);
      out.appendCodePoint(point == upper ? Character.toLowerCase(point) : upper);
      switch (upper) {
        case 'S' -> out.append('\u017F'); // long s
        case 'K' -> out.append('\u212A'); // Kelvin sign
        default -> {}
      }
    }
  }

  private void appendQuoted(int point) {
    if (point < 0x80 && !Character.isLetterOrDigit(point)) {
      out.append("\\x").append(String.format("%02x", point));
    } else {
      out.appendCodePoint(point);
    }
  }

  private IllegalArgumentException unsupported(String what) {
    return new IllegalArgumentException(
        what + " at index " + at + " is not supported in a split pattern");
  }
}
