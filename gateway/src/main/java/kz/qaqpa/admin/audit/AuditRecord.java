package kz.qaqpa.admin.audit;

/**
 * An event as it was written down.
 *
 * @param number its place in the log, from 1
 * @param event what happened
 * @param hash over this record and the one before, 64 hexadecimal digits
 */
public record AuditRecord(long number, AuditEvent event, String hash) {}
