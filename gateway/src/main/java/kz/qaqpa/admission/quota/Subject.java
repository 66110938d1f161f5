package kz.qaqpa.admission.quota;

/**
 * Who asks, and under which limits.
 *
 * @param agency id of the agency
 * @param agencyLimits its limits
 * @param application id of the application, unique within the agency
 * @param limits its limits
 * @param fallback what it may do while quotas cannot be counted together with other gateways
 */
public record Subject(
    String agency, Limits agencyLimits, String application, Limits limits, QuotaFallback fallback) {

  /** One that waits until quotas can be counted. */
  public Subject(String agency, Limits agencyLimits, String application, Limits limits) {
    this(agency, agencyLimits, application, limits, QuotaFallback.CLOSED);
  }

  /** Tokens of the shortest answer worth giving: the application's word, else the agency's. */
  public int minGrant() {
    Integer own = limits.minGrant();
    Integer agencys = agencyLimits.minGrant();
    return own != null ? own : agencys != null ? agencys : Limits.USUAL_GRANT;
  }

  /**
   * The same under the share that one of several gateways has of each limit.
   *
   * @param requests whether also of requests and streams; else of windows only
   */
  public Subject share(int replicas, boolean requests) {
    return new Subject(
        agency,
        agencyLimits.share(replicas, requests, Integer.MAX_VALUE),
        application,
        limits.share(replicas, requests, Limits.USUAL_STREAMS),
        fallback);
  }
}
