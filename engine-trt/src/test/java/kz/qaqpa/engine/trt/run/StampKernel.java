package kz.qaqpa.engine.trt.run;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import kz.qaqpa.engine.trt.device.FakeDevice;
import kz.qaqpa.engine.trt.device.FakeProgram;
import kz.qaqpa.engine.trt.graph.LlamaGraph;

/**
 * A step without arithmetic: what it writes to a position is made of the token and of what stands
 * before it, so that whatever was read too early or written over shows in all that follows.
 */
final class StampKernel implements FakeProgram.Kernel {
  private final int layers;

  StampKernel(int layers) {
    this.layers = layers;
  }

  /** What goes to a position. */
  static int stamp(int before, int token) {
    return (before * 31 + token + 1) * 0x9E3779B1;
  }

  /** What stands before the first position of a head. */
  static int seed(String tensor, int head) {
    return tensor.hashCode() + head;
  }

  @Override
  public void run(FakeDevice device, Map<String, Long> addresses, Map<String, long[]> shapes) {
    int rows = (int) Objects.requireNonNull(shapes.get(LlamaGraph.KV_LENGTHS))[0];
    int tokens = (int) Objects.requireNonNull(shapes.get(LlamaGraph.IDS))[0];
    int[] ids = ints(device, addresses, LlamaGraph.IDS, tokens);
    int[] write = ints(device, addresses, LlamaGraph.WRITE, rows);
    int[] bounds =
        addresses.containsKey(LlamaGraph.QUERY_LENGTHS)
            ? ints(device, addresses, LlamaGraph.QUERY_LENGTHS, rows + 1)
            : IntStream.rangeClosed(0, rows).toArray();
    for (int layer = 0; layer < layers; layer++) {
      for (String name : new String[] {LlamaGraph.keyCache(layer), LlamaGraph.valueCache(layer)}) {
        long[] shape = Objects.requireNonNull(shapes.get(name));
        int bytes = (int) (shape[0] * shape[1] * shape[2] * shape[3]) * Integer.BYTES;
        MemorySegment cache = device.bytes(Objects.requireNonNull(addresses.get(name)), bytes);
        for (int row = 0; row < rows; row++) {
          for (int token = bounds[row]; token < bounds[row + 1]; token++) {
            int position = write[row] + token - bounds[row];
            stamp(cache, shape, name, row, position, ids[token]);
          }
        }
      }
    }
  }

  private static int[] ints(
      FakeDevice device, Map<String, Long> addresses, String name, int count) {
    long address = Objects.requireNonNull(addresses.get(name));
    return device.bytes(address, (long) count * Integer.BYTES).toArray(JAVA_INT);
  }

  private static void stamp(
      MemorySegment cache, long[] shape, String name, int row, int position, int token) {
    int heads = (int) shape[1];
    long dim = shape[3];
    for (int head = 0; head < heads; head++) {
      long at = (((long) row * heads + head) * shape[2] + position) * dim;
      int before = position == 0 ? seed(name, head) : cache.getAtIndex(JAVA_INT, at - dim);
      int value = stamp(before, token);
      for (int i = 0; i < dim; i++) {
        cache.setAtIndex(JAVA_INT, at + i, value + i);
      }
    }
  }
}
