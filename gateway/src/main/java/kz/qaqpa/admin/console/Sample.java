package kz.qaqpa.admin.console;

import kz.qaqpa.metrics.RecentLatency.Percentiles;
import org.jspecify.annotations.Nullable;

/**
 * The engine in one second.
 *
 * @param at seconds since 1970
 * @param outputTokens delivered, per second
 * @param promptTokens accepted, per second, cached or not
 * @param running sequences that hold a slot
 * @param waiting sequences in the queue
 * @param batch rows of a step, on average; 0 if there was none
 * @param kv share of the KV cache that running sequences use, 0 to 1
 * @param firstToken time to the first token in the last half minute, seconds; null if there was
 *     none
 * @param tokenGap time between two tokens, likewise
 */
record Sample(
    double at,
    double outputTokens,
    double promptTokens,
    int running,
    int waiting,
    double batch,
    double kv,
    @Nullable Percentiles firstToken,
    @Nullable Percentiles tokenGap) {}
