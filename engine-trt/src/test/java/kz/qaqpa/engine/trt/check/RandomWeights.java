package kz.qaqpa.engine.trt.check;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import kz.qaqpa.engine.trt.graph.Weight;
import kz.qaqpa.engine.trt.run.WeightUpload;
import kz.qaqpa.engine.trt.weights.WeightReader;

/** Small random matrices, ones elsewhere: speed does not depend on what they say. */
final class RandomWeights implements WeightUpload.Source {
  private final SplittableRandom random = new SplittableRandom(1);

  @Override
  public void stream(Weight weight, MemorySegment buffer, WeightReader.Sink sink) {
    long rowBytes = WeightReader.rowBytes(weight);
    long atOnce = buffer.byteSize() / rowBytes * rowBytes;
    long bytes = weight.tensor().bytes();
    fill(weight, buffer.asSlice(0, Math.min(atOnce, bytes)));
    for (long at = 0; at < bytes; at += atOnce) {
      sink.accept(at, buffer.asSlice(0, Math.min(atOnce, bytes - at)));
    }
  }

  private void fill(Weight weight, MemorySegment part) {
    switch (weight.tensor().type()) {
      case BF16 -> {
        for (long i = 0; i < part.byteSize(); i += 2) {
          float value = (float) (0.04 * (random.nextDouble() - 0.5));
          part.set(JAVA_SHORT_UNALIGNED, i, (short) (Float.floatToRawIntBits(value) >>> 16));
        }
      }
      case FP8_E4M3 -> {
        for (long i = 0; i < part.byteSize(); i++) {
          part.set(JAVA_BYTE, i, (byte) (random.nextInt(0x60) | random.nextInt(2) << 7));
        }
      }
      case F32 -> {
        float value = weight.name().endsWith(".scales") ? 1e-4f : 1;
        for (long i = 0; i < part.byteSize(); i += 4) {
          part.set(JAVA_FLOAT_UNALIGNED, i, value);
        }
      }
      case F16, INT32, INT64 -> throw new IllegalArgumentException(weight.toString());
    }
  }
}
