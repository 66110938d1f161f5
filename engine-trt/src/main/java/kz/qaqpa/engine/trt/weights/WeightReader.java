package kz.qaqpa.engine.trt.weights;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Objects;
import kz.qaqpa.engine.model.Checkpoint;
import kz.qaqpa.engine.model.LlamaConfig;
import kz.qaqpa.engine.trt.graph.ElementType;
import kz.qaqpa.engine.trt.graph.Weight;
import kz.qaqpa.engine.trt.graph.WeightSource;

/**
 * Gives the elements of a graph's weights from a checkpoint, some rows at a time, so that no weight
 * ever has to be in the heap or twice in memory. A row is what the first axis counts.
 *
 * <p>Matrices stay as the checkpoint has them, {@code [out,in]}: products take their transpose, in
 * which both operands lie along the sum. Safe for any number of threads while the checkpoint is
 * open.
 */
public final class WeightReader {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final MatrixRows matrices;
  private final LlamaConfig config;

  /** Reads from an open checkpoint, and does not close it. */
  public WeightReader(Checkpoint checkpoint) {
    this.matrices = new MatrixRows(checkpoint);
    this.config = checkpoint.config();
  }

  /** Takes what {@link #stream} has put into its buffer. */
  @FunctionalInterface
  public interface Sink {
    /**
     * Takes a part; the buffer is written again once this returns.
     *
     * @param offset where the part belongs in the weight, in bytes
     * @param part the beginning of the buffer
     */
    void accept(long offset, MemorySegment part);
  }

  /** Rows of a weight. */
  public static long rows(Weight weight) {
    return weight.tensor().size(0);
  }

  /** Bytes of one row. */
  public static long rowBytes(Weight weight) {
    return weight.tensor().bytes() / rows(weight);
  }

  /**
   * Hands a weight over in parts, each of as many rows as the buffer takes.
   *
   * @param buffer at least one row of the weight; any thread must be allowed to write it
   * @throws IllegalArgumentException if the buffer is too small, or if the tensor cannot be
   *     quantised because it has NaN or infinite elements
   */
  public void stream(Weight weight, MemorySegment buffer, Sink sink) {
    long rowBytes = rowBytes(weight);
    long rows = rows(weight);
    long atOnce = buffer.byteSize() / rowBytes;
    if (atOnce == 0) {
      throw new IllegalArgumentException(
          "buffer: "
              + buffer.byteSize()
              + " bytes (expected: "
              + rowBytes
              + " or more, one row of "
              + weight.tensor()
              + ")");
    }
    for (long first = 0; first < rows; first += atOnce) {
      long count = Math.min(atOnce, rows - first);
      MemorySegment part = buffer.asSlice(0, count * rowBytes);
      read(weight, first, part);
      sink.accept(first * rowBytes, part);
    }
  }

  /**
   * Writes rows of a weight.
   *
   * @param firstRow index of the first of them
   * @param into exactly as long as the rows that are wanted; any thread must be allowed to write it
   * @throws IllegalArgumentException as {@link #stream} does
   */
  public void read(Weight weight, long firstRow, MemorySegment into) {
    long rowBytes = rowBytes(weight);
    long rows = into.byteSize() / rowBytes;
    if (rows * rowBytes != into.byteSize()) {
      throw new IllegalArgumentException(
          "into: " + into.byteSize() + " bytes (expected: a multiple of " + rowBytes + ")");
    }
    Objects.checkFromIndexSize(firstRow, rows, rows(weight));
    switch (weight.source()) {
      case WeightSource.Rows(var names) ->
          matrices.convert(names, weight.tensor().type(), firstRow, rows, into);
      case WeightSource.Codes(var names) -> matrices.codes(names, firstRow, rows, into);
      case WeightSource.Scales(var names) -> matrices.scales(names, into);
      case WeightSource.Cosines _ -> angles(true, firstRow, rows, into);
      case WeightSource.Sines _ -> angles(false, firstRow, rows, into);
      case WeightSource.IdRanks _ -> idRanks(into);
    }
  }

  private void angles(boolean cosines, long first, long rows, MemorySegment into) {
    double[] frequencies = config.ropeInverseFrequencies();
    for (long row = 0; row < rows; row++) {
      for (int i = 0; i < frequencies.length; i++) {
        double angle = (first + row) * frequencies[i];
        double value = cosines ? Math.cos(angle) : Math.sin(angle);
        into.set(FLOAT, (row * frequencies.length + i) * Float.BYTES, (float) value);
      }
    }
  }

  private static void idRanks(MemorySegment into) {
    long vocabulary = into.byteSize() / ElementType.F32.bytes();
    for (long id = 0; id < vocabulary; id++) {
      into.set(FLOAT, id * Float.BYTES, (float) (vocabulary - id));
    }
  }
}
