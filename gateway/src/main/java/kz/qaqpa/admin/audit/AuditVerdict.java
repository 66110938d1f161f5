package kz.qaqpa.admin.audit;

import org.jspecify.annotations.Nullable;

/**
 * What a check of the audit log found.
 *
 * @param records how many were read
 * @param broken number of the first record that is not as it was written, or null
 * @param problem what is wrong there, or null
 * @param head hash of the last record that is right; 64 zeros if there is none
 */
public record AuditVerdict(
    long records, @Nullable Long broken, @Nullable String problem, String head) {}
