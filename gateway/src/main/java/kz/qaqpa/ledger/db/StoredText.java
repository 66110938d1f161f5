package kz.qaqpa.ledger.db;

import java.nio.charset.StandardCharsets;

/** Texts as either database keeps them. Functions only. */
public final class StoredText {
  private StoredText() {}

  /** A text without U+0000, which PostgreSQL refuses, and without halves of surrogate pairs. */
  public static String of(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) == 0 || Character.isSurrogate(text.charAt(i))) {
        byte[] bytes = text.replace('\0', '\uFFFD').getBytes(StandardCharsets.UTF_8);
        return new String(bytes, StandardCharsets.UTF_8);
      }
    }
    return text;
  }
}
