package kz.qaqpa.ledger.report;

/**
 * What one application was charged in a span of time.
 *
 * @param agency id of the agency
 * @param application id of the application
 * @param requests records
 * @param tokens of prompts and answers
 * @param characters of prompts and answers
 */
public record UsageTotal(
    String agency, String application, long requests, long tokens, long characters) {}
