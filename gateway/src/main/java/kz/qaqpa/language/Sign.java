package kz.qaqpa.language;

/** What a word says of the language that it is in. */
enum Sign {
  /** Kazakh. */
  KAZAKH,
  /** Russian. */
  RUSSIAN,
  /** English. */
  ENGLISH,
  /** A language that is not told from others. */
  OTHER
}
