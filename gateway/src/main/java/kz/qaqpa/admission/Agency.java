package kz.qaqpa.admission;

import kz.qaqpa.admission.quota.Limits;
import kz.qaqpa.label.LocalText;

/**
 * A body of the state that uses the gateway.
 *
 * @param id short ASCII name, as it appears in headers and logs
 * @param name its name in three languages
 * @param limits what all its applications together may use
 */
public record Agency(String id, LocalText name, Limits limits) {

  /** Checks the id. */
  public Agency {
    Ids.check("id", id);
  }
}
