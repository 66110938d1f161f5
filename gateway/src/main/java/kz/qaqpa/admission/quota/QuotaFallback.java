package kz.qaqpa.admission.quota;

import java.util.Locale;

/** What an application may do while the place where many gateways count together is away. */
public enum QuotaFallback {
  /** Nothing: no limit is ever exceeded. */
  CLOSED,
  /** What is this gateway's share of each limit: it goes on, and limits may be exceeded. */
  LOCAL_SHARE;

  /** As it is written in {@code agencies.yaml}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
