package kz.qaqpa.label;

import java.util.Locale;

/** Where people read that a machine answers. */
public enum NoticePolicy {
  /** After the answer, in its language. */
  APPEND,
  /** Before the answer, in the language of the question. */
  PREPEND,
  /** The application shows it, and its holder has promised that. */
  CLIENT;

  /** As labels write it: {@code append}, {@code prepend} or {@code client}. */
  public String tag() {
    return name().toLowerCase(Locale.ROOT);
  }
}
