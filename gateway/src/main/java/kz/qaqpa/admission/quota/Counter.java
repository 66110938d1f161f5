package kz.qaqpa.admission.quota;

/** The counters of an account, in the order of its arrays. */
public enum Counter {
  TOKENS_PER_MINUTE(0, Window.MINUTE, false),
  CHARACTERS_PER_MINUTE(1, Window.MINUTE, true),
  TOKENS_PER_DAY(2, Window.DAY, false),
  CHARACTERS_PER_DAY(3, Window.DAY, true),
  TOKENS_PER_MONTH(4, Window.MONTH, false),
  CHARACTERS_PER_MONTH(5, Window.MONTH, true);

  static final Counter[] ALL = values();

  private final int index;
  private final Window window;
  private final boolean characters;

  /** Over what is counted. */
  public enum Window {
    MINUTE,
    DAY,
    MONTH
  }

  Counter(int index, Window window, boolean characters) {
    this.index = index;
    this.window = window;
    this.characters = characters;
  }

  /** Its place in an account's arrays. */
  public int index() {
    return index;
  }

  /** Over what it counts. */
  public Window window() {
    return window;
  }

  /** Whether it counts characters; else tokens. */
  public boolean characters() {
    return characters;
  }

  /** The limit's name in {@code agencies.yaml}. */
  String setting() {
    String unit = characters ? "characters" : "tokens";
    return switch (window) {
      case MINUTE -> unit + "PerMinute";
      case DAY -> unit + "PerDay";
      case MONTH -> unit + "PerMonth";
    };
  }
}
