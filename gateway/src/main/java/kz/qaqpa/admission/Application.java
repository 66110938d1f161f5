package kz.qaqpa.admission;

/**
 * A program of an agency, holder of keys.
 *
 * @param agency whose it is
 * @param id short ASCII name, unique within the agency
 * @param maxStreams answers that it may have in the making at once, at least 1
 */
public record Application(Agency agency, String id, int maxStreams) {

  /** Checks id and cap. */
  public Application {
    Ids.check("id", id);
    if (maxStreams < 1) {
      throw new IllegalArgumentException("maxStreams: " + maxStreams + " (expected: >= 1)");
    }
  }
}
