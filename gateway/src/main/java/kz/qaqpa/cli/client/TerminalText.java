package kz.qaqpa.cli.client;

/** Makes text of a model or server harmless to a terminal. */
public final class TerminalText {
  private TerminalText() {}

  /**
   * Drops control characters (so that no escape sequence begins) and characters that turn the
   * direction of writing; keeps line breaks and tabs.
   */
  public static String clean(String text) {
    StringBuilder clean = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean direction = (c >= '\u202A' && c <= '\u202E') || (c >= '\u2066' && c <= '\u2069');
      if (c == '\n' || c == '\t' || !(Character.isISOControl(c) || direction)) {
        clean.append(c);
      }
    }
    return clean.toString();
  }

  /** As {@link #clean}, on one line. */
  public static String line(String text) {
    return clean(text).replaceAll("\\s+", " ").strip();
  }
}
