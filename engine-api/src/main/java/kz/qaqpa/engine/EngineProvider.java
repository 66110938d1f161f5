package kz.qaqpa.engine;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** How the gateway finds engines: by {@link java.util.ServiceLoader}, never by import. */
public interface EngineProvider {

  /** Short name as used in configuration, for instance {@code cpu} or {@code trt}. */
  String name();

  /** Higher is preferred when the configuration says {@code auto}. */
  int preference();

  /** Whether {@link #open} can work on this machine. Cheap; loads no model. */
  Availability availability();

  /**
   * Whether its answers are made up, for load tests of everything around an engine. Such an engine
   * is never chosen by {@code auto}, and serves only where the command line allows it.
   */
  default boolean isSynthetic() {
    return false;
  }

  /** Values of {@link EngineSettings#precision()} that {@link #open} takes, {@code auto} too. */
  Set<String> precisions();

  /**
   * Loads a model. Blocks, possibly for minutes.
   *
   * @param model folder with {@code config.json} and safetensors files
   * @param settings sizes and precision
   * @param progress receives lines for a person to read while waiting
   * @throws IllegalArgumentException naming the setting, its value and what was expected
   * @throws kz.qaqpa.engine.model.ModelFileException if a file of the model cannot be used
   * @throws EngineFault if the engine itself fails to start
   */
  LoadedEngine open(Path model, EngineSettings settings, Consumer<String> progress);

  /**
   * Whether an engine can be used here.
   *
   * @param available true if {@link EngineProvider#open} may be called
   * @param detail one sentence: what was found, or {@code not available: …} with what is missing
   */
  record Availability(boolean available, String detail) {}

  /**
   * An engine, ready.
   *
   * @param engine the engine; the receiver closes it
   * @param modelDigest {@link kz.qaqpa.engine.model.ModelDigest} of weights and tokenizer, as
   *     {@code sha256:…}; of a synthetic engine {@code synthetic:…}
   * @param description one line for a person: runtime, precision, threads, slots, memory
   * @param gauges numbers for whoever watches, may be none
   */
  record LoadedEngine(
      Engine engine, String modelDigest, String description, List<EngineGauge> gauges) {
    /** Copies the list. */
    public LoadedEngine {
      gauges = List.copyOf(gauges);
    }

    /** An engine without gauges. */
    public LoadedEngine(Engine engine, String modelDigest, String description) {
      this(engine, modelDigest, description, List.of());
    }
  }
}
