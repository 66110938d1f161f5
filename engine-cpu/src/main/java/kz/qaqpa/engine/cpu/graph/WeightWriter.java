package kz.qaqpa.engine.cpu.graph;

import java.io.IOException;
import java.util.List;
import kz.qaqpa.engine.cpu.onnx.ElementType;
import kz.qaqpa.engine.cpu.onnx.OnnxGraph;
import kz.qaqpa.engine.cpu.onnx.WeightFile;
import kz.qaqpa.engine.model.Checkpoint;
import kz.qaqpa.engine.model.TensorView;
import org.jspecify.annotations.Nullable;

/**
 * Writes a checkpoint's tensors into a {@link WeightFile}, quantised as the precision says, and
 * tells the graph where they lie. Confined to one thread.
 */
final class WeightWriter {
  private static final String EMBEDDING = "model.embed_tokens.weight";

  private final OnnxGraph graph;
  private final Checkpoint checkpoint;
  private final Precision precision;
  private final WeightFile file;
  private @Nullable Packed embedding;
  private @Nullable Matrix floatEmbedding;

  /**
   * A matrix of the graph.
   *
   * @param scales name of its scales, empty if it is not quantised
   * @param rows output features
   * @param columns input features
   * @param block weights to a scale, 0 if it is not quantised
   */
  record Matrix(String name, String scales, int rows, int columns, int block) {}

  WeightWriter(OnnxGraph graph, Checkpoint checkpoint, Precision precision, WeightFile file) {
    this.graph = graph;
    this.checkpoint = checkpoint;
    this.precision = precision;
    this.file = file;
  }

  /** The vector of this name, as floats. */
  String vector(String source) throws IOException {
    float[] values = checkpoint.tensor(source).toFloats();
    file.begin();
    long start = file.position();
    file.put(values, values.length);
    return graph.weight(source, ElementType.FLOAT, file, since(start), values.length);
  }

  /** Matrices of equally many columns, one below the other. */
  Matrix matrix(String name, List<String> sources) throws IOException {
    List<TensorView> parts = sources.stream().map(checkpoint::tensor).toList();
    return precision.quantised() ? quantised(name, parts) : floats(name, parts);
  }

  /** The embedding, as a table to look tokens up in. */
  Matrix embedding() throws IOException {
    List<TensorView> table = List.of(checkpoint.tensor(EMBEDDING));
    if (!precision.quantised()) {
      Matrix floats = floats("embedding", table);
      floatEmbedding = floats;
      return floats;
    }
    Packed packed = pack("embedding", table);
    embedding = packed;
    int bytes = packed.columns * precision.bits() / Byte.SIZE;
    String name = "embedding.table";
    graph.weight(name, ElementType.UINT8, file, packed.data, packed.rows, bytes);
    String scales = declareScales(name + ".scales", packed);
    return new Matrix(name, scales, packed.rows, packed.columns, packed.block);
  }

  /** The embedding, as the matrix of the output head; in one file its bytes are written once. */
  Matrix embeddingAsMatrix() throws IOException {
    Packed packed = embedding;
    if (packed != null) {
      return declare("head", packed);
    }
    Matrix table = floatEmbedding;
    return table != null ? table : matrix("head", List.of(EMBEDDING));
  }

  private Matrix floats(String name, List<TensorView> parts) throws IOException {
    int columns = parts.getFirst().cols();
    float[] row = new float[columns];
    file.begin();
    long start = file.position();
    int rows = 0;
    for (TensorView part : parts) {
      for (int r = 0; r < part.rows(); r++) {
        part.readRow(r, row, 0);
        file.put(row, columns);
      }
      rows += part.rows();
    }
    graph.weight(name + ".weight", ElementType.FLOAT, file, since(start), rows, columns);
    return new Matrix(name + ".weight", "", rows, columns, 0);
  }

  private Matrix quantised(String name, List<TensorView> parts) throws IOException {
    return declare(name, pack(name, parts));
  }

  private record Packed(
      int rows, int columns, int block, WeightFile.Place data, WeightFile.Place scales) {}

  private Packed pack(String name, List<TensorView> parts) throws IOException {
    int columns = parts.getFirst().cols();
    int rows = parts.stream().mapToInt(TensorView::rows).sum();
    int block = precision.blockFor(name, columns);
    int blocks = columns / block;
    BlockQuantizer quantizer = new BlockQuantizer(precision.bits(), block);
    float[] row = new float[columns];
    byte[] packed = new byte[columns * precision.bits() / Byte.SIZE];
    float[] rowScales = new float[blocks];
    float[] scales = new float[Math.multiplyExact(rows, blocks)];
    file.begin();
    long start = file.position();
    int at = 0;
    for (TensorView part : parts) {
      for (int r = 0; r < part.rows(); r++) {
        part.readRow(r, row, 0);
        quantizer.quantize(row, columns, packed, rowScales);
        file.put(packed, packed.length);
        System.arraycopy(rowScales, 0, scales, at, blocks);
        at += blocks;
      }
    }
    WeightFile.Place data = since(start);
    file.begin();
    start = file.position();
    file.put(scales, scales.length);
    return new Packed(rows, columns, block, data, since(start));
  }

  private Matrix declare(String name, Packed packed) {
    int blocks = packed.columns / packed.block;
    int blockBytes = packed.block * precision.bits() / Byte.SIZE;
    graph.weight(
        name + ".weight", ElementType.UINT8, file, packed.data, packed.rows, blocks, blockBytes);
    String scales = declareScales(name + ".scales", packed);
    return new Matrix(name + ".weight", scales, packed.rows, packed.columns, packed.block);
  }

  private String declareScales(String name, Packed packed) {
    int blocks = packed.columns / packed.block;
    return graph.weight(name, ElementType.FLOAT, file, packed.scales, packed.rows, blocks);
  }

  private WeightFile.Place since(long start) {
    return new WeightFile.Place(start, file.position() - start);
  }
}
