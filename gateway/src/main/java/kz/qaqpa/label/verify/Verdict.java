package kz.qaqpa.label.verify;

import java.util.Locale;

/** What became of a verification. */
public enum Verdict {
  /** The label is genuine, and of the texts that were given. */
  VALID,
  /** The label is genuine, a text is not the one it was made for. */
  ALTERED,
  /** The label is genuine, and of another answer than the text. */
  WRONG_LABEL,
  /** The label is signed, but another one was issued under its id. */
  REPLAYED_ID,
  /** No known key made the signature: nothing can be said. */
  UNKNOWN_KEY,
  /** A key signed it at a time that was not the key's. */
  EXPIRED_KEY,
  /** The signature is not that of this label: it was changed, or made up. */
  BAD_SIGNATURE,
  /** Not a signed label at all. */
  NOT_A_LABEL,
  /** The registry knows no label of the id that was given. */
  UNKNOWN;

  /** As JSON writes it: {@code valid}, {@code wrong_label}, … */
  public String tag() {
    return name().toLowerCase(Locale.ROOT);
  }
}
