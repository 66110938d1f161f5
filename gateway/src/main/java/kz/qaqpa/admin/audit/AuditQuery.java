package kz.qaqpa.admin.audit;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which records are wanted; null asks for any.
 *
 * @param from events at that moment or later
 * @param to events before that moment
 * @param who signature of the operator
 * @param action exact name
 * @param target exact name
 * @param after numbers above this one
 * @param limit at most so many
 */
public record AuditQuery(
    @Nullable Instant from,
    @Nullable Instant to,
    @Nullable String who,
    @Nullable String action,
    @Nullable String target,
    long after,
    long limit) {}
