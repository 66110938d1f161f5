package kz.qaqpa.engine.trt.interpret;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import kz.qaqpa.engine.model.Checkpoint;
import kz.qaqpa.engine.trt.graph.Graph;
import kz.qaqpa.engine.trt.graph.Weight;
import kz.qaqpa.engine.trt.graph.WeightSource;
import kz.qaqpa.testing.ReferenceForward;

/**
 * The reference with the weights that a graph really computes with: what is left is the graph's.
 */
public final class RoundedWeights {
  private final Checkpoint checkpoint;
  private final Map<String, float[]> tensors = new HashMap<>();

  private RoundedWeights(Checkpoint checkpoint) {
    this.checkpoint = checkpoint;
  }

  /** The reference of a graph of this checkpoint. */
  public static ReferenceForward reference(Graph graph, Checkpoint checkpoint) {
    RoundedWeights rounded = new RoundedWeights(checkpoint);
    Map<String, Value> values = WeightValues.read(graph, checkpoint);
    for (Weight weight : graph.weights()) {
      float[] elements = value(values, weight.name());
      switch (weight.source()) {
        case WeightSource.Rows(var names) -> rounded.split(names, elements);
        case WeightSource.Codes(var names) -> {
          String scales = weight.name().replace(".codes", ".scales");
          rounded.split(names, scaled(elements, value(values, scales)));
        }
        case WeightSource.Scales _,
            WeightSource.Cosines _,
            WeightSource.Sines _,
            WeightSource.IdRanks _ -> {}
      }
    }
    return new ReferenceForward(checkpoint.config(), rounded::tensor);
  }

  private static float[] value(Map<String, Value> values, String name) {
    return Objects.requireNonNull(values.get(name), name).floats();
  }

  private static float[] scaled(float[] codes, float[] scales) {
    float[] scaled = new float[codes.length];
    int columns = codes.length / scales.length;
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] = codes[i] * scales[i / columns];
    }
    return scaled;
  }

  private void split(List<String> names, float[] elements) {
    int at = 0;
    for (String name : names) {
      int length = Math.toIntExact(checkpoint.tensor(name).elements());
      tensors.put(name, Arrays.copyOfRange(elements, at, at + length));
      at += length;
    }
  }

  private float[] tensor(String name) {
    boolean tiedHead = name.equals("lm_head.weight") && checkpoint.tied();
    String stored = tiedHead ? "model.embed_tokens.weight" : name;
    return Objects.requireNonNull(tensors.get(stored), stored);
  }
}
