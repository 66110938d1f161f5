package kz.qaqpa.admission.quota;

/**
 * Who asks, and under which limits.
 *
 * @param agency id of the agency
 * @param agencyLimits its limits
 * @param application id of the application, unique within the agency
 * @param limits its limits
 */
public record Subject(String agency, Limits agencyLimits, String application, Limits limits) {

  /** Tokens of the shortest answer worth giving: the application's word, else the agency's. */
  int minGrant() {
    Integer own = limits.minGrant();
    Integer agencys = agencyLimits.minGrant();
    return own != null ? own : agencys != null ? agencys : Limits.USUAL_GRANT;
  }
}
