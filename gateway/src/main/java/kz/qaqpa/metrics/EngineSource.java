package kz.qaqpa.metrics;

import java.util.function.Supplier;
import kz.qaqpa.batching.BatchingStats;
import kz.qaqpa.engine.EngineShape;

/**
 * Where the engine's own figures come from.
 *
 * @param stats a reading of the step loop
 * @param shape sizes of the engine
 */
public record EngineSource(Supplier<BatchingStats> stats, EngineShape shape) {}
