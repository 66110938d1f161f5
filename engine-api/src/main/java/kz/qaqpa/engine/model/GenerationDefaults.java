package kz.qaqpa.engine.model;

/**
 * Sampling that the model's authors recommend ({@code generation_config.json}); used where a
 * request says nothing.
 *
 * @param temperature 0 is greedy; 1 if the file says nothing
 * @param topP in (0, 1]; 1 if the file says nothing
 * @param topK 0 is no limit, also if the file says nothing
 */
public record GenerationDefaults(double temperature, double topP, int topK) {
  /** What applies when a model recommends nothing. */
  public static final GenerationDefaults NONE = new GenerationDefaults(1, 1, 0);
}
