package kz.qaqpa.admin.audit;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What somebody did at the admin port, or was not let do.
 *
 * @param who signature of the operator
 * @param action what was done, such as {@code application.suspend}
 * @param target to what, such as {@code minfin/tax-chat}
 * @param before how it was, as JSON; null where there is nothing to say
 * @param after how it is now, as JSON; null where there is nothing to say
 * @param at when
 */
public record AuditEvent(
    String who,
    String action,
    String target,
    @Nullable String before,
    @Nullable String after,
    Instant at) {}
