package kz.qaqpa.engine.trt.plan;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import kz.qaqpa.engine.trt.graph.Precision;

/**
 * Everything that a plan depends on; two plans of one key do the same.
 *
 * @param model digest of the model's files
 * @param precision how its weights are stored
 * @param maxBatch rows of a step, at most: the KV slots
 * @param maxLength tokens of a slot
 * @param stepTokens tokens of a step, at most
 * @param network version of the code that describes the network
 * @param tensorRt version that builds and runs it
 * @param gpu name of the GPU that kernels were measured on
 * @param capability its compute capability
 */
public record PlanKey(
    String model,
    Precision precision,
    int maxBatch,
    int maxLength,
    int stepTokens,
    int network,
    String tensorRt,
    String gpu,
    String capability) {
  /** Fields of which another value means another machine: nothing here could remake the plan. */
  static final Set<String> OF_THE_MACHINE = Set.of("tensorRt", "gpu", "capability");

  private static final int NAME_DIGITS = 16;

  /** The fields by name, in order. */
  Map<String, String> fields() {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("model", model);
    fields.put("precision", precisionName());
    fields.put("maxBatch", Integer.toString(maxBatch));
    fields.put("maxLength", Integer.toString(maxLength));
    fields.put("stepTokens", Integer.toString(stepTokens));
    fields.put("network", Integer.toString(network));
    fields.put("tensorRt", tensorRt);
    fields.put("gpu", gpu);
    fields.put("capability", capability);
    return fields;
  }

  private String precisionName() {
    return precision.name().toLowerCase(Locale.ROOT);
  }

  /** Name of its file in a cache folder: different keys, different names. */
  String fileName() {
    try {
      byte[] text = fields().toString().getBytes(StandardCharsets.UTF_8);
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(text);
      String hex = HexFormat.of().formatHex(hash).substring(0, NAME_DIGITS);
      return precisionName() + "-" + maxBatch + "x" + maxLength + "-" + hex + ".plan";
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  /** Name of the file of measured kernels: good for every model on this machine. */
  String timingName() {
    return "timing-"
        + (gpu + "-" + capability + "-" + tensorRt).replaceAll("[^A-Za-z0-9.-]", "_")
        + ".cache";
  }
}
