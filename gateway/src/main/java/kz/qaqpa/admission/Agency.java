package kz.qaqpa.admission;

import kz.qaqpa.admission.quota.Limits;

/**
 * A body of the state that uses the gateway.
 *
 * @param id short ASCII name, as it appears in headers and logs
 * @param name its name in three languages
 * @param limits what all its applications together may use
 */
public record Agency(String id, Names name, Limits limits) {

  /** Checks the id. */
  public Agency {
    Ids.check("id", id);
  }

  /**
   * A name in the languages of the country.
   *
   * @param kk Kazakh
   * @param ru Russian
   * @param en English
   */
  public record Names(String kk, String ru, String en) {

    /** Checks that none is blank. */
    public Names {
      requireText("name.kk", kk);
      requireText("name.ru", ru);
      requireText("name.en", en);
    }

    private static void requireText(String field, String value) {
      if (value.isBlank()) {
        throw new IllegalArgumentException(field + ": \"\" (expected: a name)");
      }
    }
  }
}
