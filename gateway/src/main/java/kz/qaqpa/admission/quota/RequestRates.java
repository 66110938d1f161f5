package kz.qaqpa.admission.quota;

import org.jspecify.annotations.Nullable;

/**
 * The buckets that a request takes from, its application's and its agency's: of both or of neither.
 * Guarded by the lock of their {@link AgencyBook}.
 *
 * @param own null if the application's requests are not limited
 * @param agencys null if those of the agency are not
 */
record RequestRates(@Nullable RequestRate own, @Nullable RequestRate agencys) {

  /** The buckets as they are now: other limits bring other ones. */
  static RequestRates of(Account application, Account agency) {
    return new RequestRates(application.rate(), agency.rate());
  }

  /** Takes a request, or says whose bucket has none. */
  @Nullable Shortage take(Account application, Account agency) {
    if (own != null && !own.tryTake()) {
      return Shortages.ofRequests(application.name(), own.reading(), own.untilNext());
    }
    if (agencys != null && !agencys.tryTake()) {
      if (own != null) {
        own.giveBack();
      }
      return Shortages.ofRequests(agency.name(), agencys.reading(), agencys.untilNext());
    }
    return null;
  }

  /** Undoes {@link #take}. */
  void giveBack() {
    if (own != null) {
      own.giveBack();
    }
    if (agencys != null) {
      agencys.giveBack();
    }
  }

  RateLimits reading() {
    if (own == null && agencys == null) {
      return RateLimits.NONE;
    }
    return new RateLimits(
        RateLimits.tighter(
            own == null ? null : own.reading(), agencys == null ? null : agencys.reading()),
        null,
        null);
  }
}
