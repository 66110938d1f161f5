package kz.qaqpa.report;

import java.util.Locale;

/** By what a report tells its rows apart, beside time. */
public enum Dimension {
  /** The agency. */
  AGENCY,
  /** The application, which goes with its agency. */
  APPLICATION,
  /** The model. */
  MODEL,
  /** The language of the questions. */
  LANGUAGE;

  /** As requests and columns write it. */
  public String tag() {
    return name().toLowerCase(Locale.ROOT);
  }
}
