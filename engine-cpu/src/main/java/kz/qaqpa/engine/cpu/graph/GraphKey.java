package kz.qaqpa.engine.cpu.graph;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import kz.qaqpa.engine.model.LlamaConfig;

/**
 * All that a prepared graph depends on.
 *
 * @param modelDigest digest of the model's files
 * @param precision how the matrices are stored
 * @param runtime version of ONNX Runtime, whose kernels lay the weights out
 * @param processor the CPU, by which they choose the layout
 * @param parts graphs that the layers are spread over, one after the other
 */
public record GraphKey(
    String modelDigest, Precision precision, String runtime, String processor, int parts) {

  /** The key of a model in as many parts as its size is worth. */
  public static GraphKey of(
      String modelDigest,
      LlamaConfig config,
      Precision precision,
      String runtime,
      String processor) {
    int parts = LayerRange.partsOf(config, precision);
    return new GraphKey(modelDigest, precision, runtime, processor, parts);
  }

  /** Name of the entry's folder: readable in front, unique by its hash. */
  String name() {
    String all =
        String.join(
            "\n",
            modelDigest,
            precision.name(),
            runtime,
            Integer.toString(LlamaGraph.VERSION),
            Integer.toString(parts),
            processor);
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      byte[] hash = sha256.digest(all.getBytes(StandardCharsets.UTF_8));
      return precision.setting() + "-" + HexFormat.of().formatHex(hash, 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
