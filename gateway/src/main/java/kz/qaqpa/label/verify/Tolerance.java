package kz.qaqpa.label.verify;

import java.util.Locale;

/** What programs do to a text that carries it, in the order in which it is looked for. */
public enum Tolerance {
  /** Letters are written otherwise, which the hash does not see: the text is not in form NFC. */
  NORMAL_FORM,
  /** Lines end with a carriage return. */
  LINE_ENDS,
  /** There is more or less white space before or after it. */
  OUTER_SPACE,
  /** The notice was cut off: whoever passes the text on has to add it again. */
  NOTICE_CUT_OFF;

  /** As JSON writes it: {@code line_ends}, … */
  public String tag() {
    return name().toLowerCase(Locale.ROOT);
  }
}
