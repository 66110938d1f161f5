package kz.qaqpa.admission.suspension;

import java.time.Instant;

/**
 * An application that was taken out of service.
 *
 * @param agency id of its agency
 * @param application its id, unique within the agency
 * @param by who did it, as the audit log names them
 * @param reason why, in their words; for operators, not for clients
 * @param since when
 */
public record Suspension(
    String agency, String application, String by, String reason, Instant since) {

  /** The application's name among those of all agencies. */
  public String fullId() {
    return agency + '/' + application;
  }
}
