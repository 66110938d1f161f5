package kz.qaqpa.engine.cpu.graph;

import java.util.ArrayList;
import java.util.List;
import kz.qaqpa.engine.model.LlamaConfig;

/**
 * The layers of a model that are a graph, and later a session, of their own. The runtime packs a
 * session's weights with one thread whenever it opens it; parts are opened side by side. The first
 * part has the embedding, the last one the head.
 *
 * @param from first layer
 * @param to behind the last layer
 */
record LayerRange(int from, int to) {
  /** More would cost each step more than they save at the start. */
  private static final int MOST_PARTS = 4;

  /** Packed in some 0.3 seconds. */
  private static final long PART_BYTES = 256L << 20;

  /** Parts that a model is worth, by the size of its weights. */
  static int partsOf(LlamaConfig config, Precision precision) {
    int bits = precision.quantised() ? precision.bits() : Float.SIZE;
    long bytes = config.parameters() * bits / Byte.SIZE;
    return Math.clamp(bytes / PART_BYTES, 1, Math.min(MOST_PARTS, config.layers()));
  }

  /**
   * Cuts a model into parts of about equally many weights, the head counted with the last.
   *
   * @param parts 1 to the number of layers
   */
  static List<LayerRange> cut(LlamaConfig config, int parts) {
    double head = (double) config.vocabulary() * config.hidden();
    double layer = (config.parameters() - head * (config.tied() ? 1 : 2)) / config.layers();
    double part = (config.layers() + head / layer) / parts;
    List<LayerRange> ranges = new ArrayList<>();
    int from = 0;
    for (int i = 1; i <= parts; i++) {
      int fitting = i == parts ? config.layers() : (int) Math.round(i * part);
      int to = Math.clamp(fitting, from + 1, config.layers() - (parts - i));
      ranges.add(new LayerRange(from, to));
      from = to;
    }
    return ranges;
  }
}
