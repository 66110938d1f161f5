package kz.qaqpa.label.http;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * Reads a dictionary of RFC 9651 (section 4.2.2) whose values are tokens, strings, dates, whole
 * numbers and booleans; parameters are taken as if they were members. Used once.
 */
final class DictionaryParser {
  private static final int LONGEST = 8192;
  private static final int MOST_DIGITS = 15;
  private static final String TOKEN_SIGNS = "!#$%&'*+-.^_`|~:/";

  private final String text;
  private int at;

  /** A value that is a word and not a text in quotes. */
  record Token(String text) {}

  DictionaryParser(String text) {
    if (text.length() > LONGEST) {
      throw new IllegalArgumentException(
          text.length() + " characters (expected: at most " + LONGEST + ")");
    }
    this.text = text;
  }

  /**
   * The members: {@link Token}, {@link String}, {@link Instant}, {@link Long} or {@link Boolean}.
   */
  Map<String, Object> members() {
    Map<String, Object> members = new HashMap<>();
    skip(" ");
    while (at < text.length()) {
      member(members);
      while (peek() == ';') {
        at++;
        skip(" ");
        member(members);
      }
      skip(" \t");
      if (at == text.length()) {
        return members;
      }
      if (next() != ',') {
        throw wrong("a comma");
      }
      skip(" \t");
      if (at == text.length()) {
        throw wrong("a member after the comma");
      }
    }
    return members;
  }

  private void member(Map<String, Object> members) {
    String key = key();
    if (peek() == '=') {
      at++;
      members.put(key, value());
    } else {
      members.put(key, true);
    }
  }

  private String key() {
    int from = at;
    if (!isLower(peek()) && peek() != '*') {
      throw wrong("a key");
    }
    while (isLower(peek()) || isDigit(peek()) || "_-.*".indexOf(peek()) >= 0) {
      at++;
    }
    return text.substring(from, at);
  }

  private Object value() {
    char first = peek();
    if (first == '"') {
      return string();
    }
    if (first == '@') {
      at++;
      return Instant.ofEpochSecond(number());
    }
    if (first == '?') {
      at++;
      return flag();
    }
    if (first == '-' || isDigit(first)) {
      return number();
    }
    return token();
  }

  private String string() {
    StringBuilder value = new StringBuilder();
    at++;
    for (char c = next(); c != '"'; c = next()) {
      if (c == '\\') {
        c = next();
        if (c != '"' && c != '\\') {
          throw wrong("an escaped quote or backslash");
        }
      } else if (c < ' ' || c > '~') {
        throw wrong("printable ASCII");
      }
      value.append(c);
    }
    return value.toString();
  }

  private long number() {
    int from = at;
    if (peek() == '-') {
      at++;
    }
    int digits = at;
    while (isDigit(peek())) {
      at++;
    }
    if (at == digits || at - digits > MOST_DIGITS || peek() == '.') {
      throw wrong("a whole number of at most " + MOST_DIGITS + " digits");
    }
    return Long.parseLong(text.substring(from, at));
  }

  private boolean flag() {
    char c = next();
    if (c != '0' && c != '1') {
      throw wrong("?0 or ?1");
    }
    return c == '1';
  }

  private Token token() {
    int from = at;
    if (!isLetter(peek()) && peek() != '*') {
      throw wrong("a value");
    }
    while (isLetter(peek())
        || isDigit(peek())
        || (peek() != 0 && TOKEN_SIGNS.indexOf(peek()) >= 0)) {
      at++;
    }
    return new Token(text.substring(from, at));
  }

  private void skip(String blanks) {
    while (at < text.length() && blanks.indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  /** The character here, or 0 at the end: none that a rule allows. */
  private char peek() {
    return at < text.length() ? text.charAt(at) : 0;
  }

  private char next() {
    if (at == text.length()) {
      throw wrong("more");
    }
    return text.charAt(at++);
  }

  private static boolean isLower(char c) {
    return c >= 'a' && c <= 'z';
  }

  private static boolean isLetter(char c) {
    return isLower(c) || (c >= 'A' && c <= 'Z');
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private IllegalArgumentException wrong(String expected) {
    return new IllegalArgumentException("character " + at + " (expected: " + expected + ")");
  }
}
