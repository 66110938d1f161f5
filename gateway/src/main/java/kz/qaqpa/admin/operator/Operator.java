package kz.qaqpa.admin.operator;

import kz.qaqpa.admission.Ids;
import org.jspecify.annotations.Nullable;

/**
 * Somebody, or a program, that looks after the gateway.
 *
 * @param id short ASCII name, as the audit log shows it
 * @param name what people call it
 * @param role what it may do
 * @param agency id of the agency that an agency-admin looks after; null for the other roles
 */
public record Operator(String id, String name, Role role, @Nullable String agency) {
  /** Checks that id, name, role and agency fit together. */
  public Operator {
    Ids.check("id", id);
    if (name.isBlank() || name.length() > 200) {
      throw new IllegalArgumentException(
          "name: " + name.length() + " characters (expected: 1 to 200)");
    }
    if (role == Role.AGENCY_ADMIN) {
      if (agency == null) {
        throw new IllegalArgumentException(
            "agency: absent (expected: the agency that this agency-admin looks after)");
      }
      Ids.check("agency", agency);
    } else if (agency != null) {
      throw new IllegalArgumentException(
          "agency: given (expected: absent, as role " + role + " is for all agencies)");
    }
  }

  /** Whether it may do this, on some agency at least. */
  public boolean may(Right right) {
    return role.includes(right);
  }

  /** Whether an agency is among those that it may see. */
  public boolean sees(String agencyId) {
    return agency == null || agency.equals(agencyId);
  }

  /** As the audit log and suspensions name it: {@code operator:duty}. */
  public String signature() {
    return role + ":" + id;
  }

  /** Whether a {@link #signature} is that of somebody who is there for all agencies. */
  public static boolean isOfAllAgencies(String signature) {
    return !signature.startsWith(Role.AGENCY_ADMIN + ":");
  }
}
