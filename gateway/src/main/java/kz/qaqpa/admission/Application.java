package kz.qaqpa.admission;

import kz.qaqpa.admission.quota.Limits;
import kz.qaqpa.admission.quota.Subject;

/**
 * A program of an agency, holder of keys.
 *
 * @param agency whose it is
 * @param id short ASCII name, unique within the agency
 * @param limits what it may use, within what its agency may
 */
public record Application(Agency agency, String id, Limits limits) {

  /** Checks the id. */
  public Application {
    Ids.check("id", id);
  }

  /** Its name among the applications of all agencies. */
  public String fullId() {
    return agency.id() + '/' + id;
  }

  /** Who asks, as the quota book knows it. */
  Subject subject() {
    return new Subject(agency.id(), agency.limits(), id, limits);
  }
}
