package kz.qaqpa.engine.trt.run;

import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import kz.qaqpa.engine.trt.device.Stream;
import kz.qaqpa.engine.trt.graph.Weight;
import kz.qaqpa.engine.trt.memory.Resources;
import kz.qaqpa.engine.trt.step.InputLayout;
import kz.qaqpa.engine.trt.weights.WeightReader;

/** Puts a model's weights into one block of device memory, through a pinned buffer. */
public final class WeightUpload {
  private static final long BUFFER_BYTES = 64L << 20;

  private WeightUpload() {}

  /** Where the elements come from: as {@link WeightReader#stream}. */
  public interface Source {
    /** Hands a weight over in parts. */
    void stream(Weight weight, MemorySegment buffer, WeightReader.Sink sink);
  }

  /**
   * Uploads.
   *
   * @param resources owns the block from now on
   * @param copied hears how many bytes were copied
   * @return addresses by name
   */
  static Map<String, Long> upload(
      Resources resources, List<Weight> weights, Source source, LongConsumer copied) {
    long bytes = weights.stream().mapToLong(w -> InputLayout.aligned(w.tensor().bytes())).sum();
    long address = resources.allocate(bytes);
    long widest = weights.stream().mapToLong(WeightReader::rowBytes).max().orElse(1);
    MemorySegment buffer = resources.device().allocatePinned(Math.max(BUFFER_BYTES, widest));
    Map<String, Long> addresses = new HashMap<>();
    try (Stream stream = resources.device().stream()) {
      for (Weight weight : weights) {
        long start = address;
        source.stream(
            weight,
            buffer,
            (offset, part) -> {
              stream.copy(start + offset, part.address(), part.byteSize());
              stream.synchronize(); // The buffer is written again.
              copied.accept(part.byteSize());
            });
        addresses.put(weight.name(), start);
        address += InputLayout.aligned(weight.tensor().bytes());
      }
    } finally {
      resources.device().freePinned(buffer);
    }
    return addresses;
  }
}
