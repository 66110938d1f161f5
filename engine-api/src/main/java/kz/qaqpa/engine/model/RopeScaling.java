package kz.qaqpa.engine.model;

/** How rotary frequencies are stretched for contexts longer than the model was first trained on. */
public sealed interface RopeScaling {

  /** What an inverse frequency, in radians per position, becomes. */
  double scale(double inverseFrequency);

  /** No scaling ({@code default}). */
  record None() implements RopeScaling {
    @Override
    public double scale(double inverseFrequency) {
      return inverseFrequency;
    }
  }

  /**
   * Positions divided by a constant (Chen et al., "Extending Context Window of Large Language
   * Models via Positional Interpolation", 2023).
   *
   * @param factor at least 1
   */
  record Linear(double factor) implements RopeScaling {
    @Override
    public double scale(double inverseFrequency) {
      return inverseFrequency / factor;
    }
  }

  /**
   * Llama 3.1's: long wavelengths divided by {@code factor}, short ones kept, a linear ramp
   * between. Source: {@code _compute_llama3_parameters} in Hugging Face's {@code
   * transformers/modeling_rope_utils.py}, after Meta's reference code for Llama 3.1.
   *
   * @param factor at least 1
   * @param lowFrequencyFactor wavelengths above {@code originalMaxPositions} divided by this are
   *     scaled fully; positive
   * @param highFrequencyFactor wavelengths below {@code originalMaxPositions} divided by this are
   *     kept; greater than {@code lowFrequencyFactor}
   * @param originalMaxPositions context length of the first training, at least 1
   */
  record Llama3(
      double factor,
      double lowFrequencyFactor,
      double highFrequencyFactor,
      int originalMaxPositions)
      implements RopeScaling {
    @Override
    public double scale(double inverseFrequency) {
      double wavelength = 2 * Math.PI / inverseFrequency;
      if (wavelength < originalMaxPositions / highFrequencyFactor) {
        return inverseFrequency;
      }
      if (wavelength > originalMaxPositions / lowFrequencyFactor) {
        return inverseFrequency / factor;
      }
      double smooth =
          (originalMaxPositions / wavelength - lowFrequencyFactor)
              / (highFrequencyFactor - lowFrequencyFactor);
      return (1 - smooth) * inverseFrequency / factor + smooth * inverseFrequency;
    }
  }
}
