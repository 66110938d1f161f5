package kz.qaqpa.admin.operator;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;

/** What an operator is there for. */
public enum Role {
  /** Runs the gateway: everything, for all agencies. */
  @JsonProperty("operator")
  OPERATOR,
  /** Looks at everything, changes nothing. */
  @JsonProperty("auditor")
  AUDITOR,
  /** Looks after the applications of one agency. */
  @JsonProperty("agency-admin")
  AGENCY_ADMIN;

  /** Whether it includes a right, on some agency at least. */
  public boolean includes(Right right) {
    return switch (right) {
      case LIST, REQUESTS, USAGE, LABELS -> true;
      case SUSPEND, ASK -> this != AUDITOR;
      case RELOAD -> this == OPERATOR;
      case AUDIT, METRICS -> this != AGENCY_ADMIN;
    };
  }

  /** As written in {@code operators.yaml}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
