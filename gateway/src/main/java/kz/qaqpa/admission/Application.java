package kz.qaqpa.admission;

import kz.qaqpa.admission.quota.Limits;
import kz.qaqpa.admission.quota.Subject;
import kz.qaqpa.label.Provenance;
import org.jspecify.annotations.Nullable;

/**
 * A program of an agency, holder of keys.
 *
 * @param agency whose it is
 * @param id short ASCII name, unique within the agency
 * @param limits what it may use, within what its agency may
 * @param declaration what its owner declares of it; null only where nobody but this machine can ask
 *     in its name
 * @param terms how it is served
 */
public record Application(
    Agency agency, String id, Limits limits, @Nullable Declaration declaration, Terms terms) {

  /** Checks the id. */
  public Application {
    Ids.check("id", id);
  }

  /** An application that declares nothing and is served as usual. */
  public Application(Agency agency, String id, Limits limits) {
    this(agency, id, limits, null, Terms.STANDARD);
  }

  /** Its name among the applications of all agencies. */
  public String fullId() {
    return agency.id() + '/' + id;
  }

  /** Who answers for it and what it is, as its labels say. */
  public Provenance provenance() {
    return declaration == null
        ? Provenance.undeclared(agency.id(), id, agency.name())
        : declaration.provenance(agency.id(), id);
  }

  /**
   * Refuses a model that it may not ask.
   *
   * @param model id of a model that is served
   * @throws Refusal.Forbidden unless it may
   */
  public void requireAllowed(String model) {
    if (!terms.allows(model)) {
      throw new Refusal.Forbidden(
          "model_not_allowed",
          "model: \""
              + model
              + "\" (expected: one of "
              + terms.models()
              + ", for application "
              + id
              + ")");
    }
  }

  /** Who asks, as the quota book knows it. */
  Subject subject() {
    return new Subject(agency.id(), agency.limits(), id, limits, terms.quotaFallback());
  }
}
