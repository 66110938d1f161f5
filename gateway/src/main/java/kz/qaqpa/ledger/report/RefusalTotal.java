package kz.qaqpa.ledger.report;

import java.time.Instant;

/**
 * Requests of one application that were refused in one minute, for one reason.
 *
 * @param minute its beginning
 * @param agency id of the agency
 * @param application id of the application
 * @param reason what metrics call it
 * @param requests how many
 */
public record RefusalTotal(
    Instant minute, String agency, String application, String reason, long requests) {}
