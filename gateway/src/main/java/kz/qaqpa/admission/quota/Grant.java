package kz.qaqpa.admission.quota;

import java.time.Instant;

/**
 * What was reserved for a request.
 *
 * @param outputTokens most tokens of each of its answers, at least 1; what was asked, or less; 0
 *     where no answer was asked
 * @param characters most characters of all its answers together, {@link Long#MAX_VALUE} if no limit
 *     counts characters
 * @param at when it was reserved: a time of the windows in which it was
 * @param rates how the limits stand with this request in them
 */
public record Grant(int outputTokens, long characters, Instant at, RateLimits rates)
    implements Outcome {}
