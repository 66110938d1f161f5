package kz.qaqpa.engine.model;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Set;

/**
 * A mapped safetensors file: eight bytes of header length, the JSON header, then the tensors' bytes
 * without gaps (format: {@code github.com/huggingface/safetensors}). Everything the header says is
 * checked against the file's length before any of it is believed.
 */
final class Safetensors {
  private static final ValueLayout.OfLong LENGTH =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** A 405B model's header has 0.2 MB; the format's own limit of 100 MB would cost 1 GB of heap. */
  private static final int MAX_HEADER_BYTES = 16 << 20;

  private final Path file;
  private final MemorySegment data;
  private final Map<String, SafetensorsHeader.Entry> entries;

  private Safetensors(Path file, MemorySegment data, Map<String, SafetensorsHeader.Entry> entries) {
    this.file = file;
    this.data = data;
    this.entries = entries;
  }

  /**
   * Maps a file read-only for as long as the arena lives.
   *
   * @throws ModelFileException if it is missing, truncated or malformed
   */
  static Safetensors map(Path file, Arena arena) {
    MemorySegment all = mapAll(file, arena);
    if (all.byteSize() < LENGTH.byteSize()) {
      throw new ModelFileException(
          file,
          "size: " + all.byteSize() + " bytes (expected: at least " + LENGTH.byteSize() + ")");
    }
    long length = all.get(LENGTH, 0);
    long room = Math.min(MAX_HEADER_BYTES, all.byteSize() - LENGTH.byteSize());
    if (length < 2 || length > room) {
      throw new ModelFileException(
          file,
          "header length: " + Long.toUnsignedString(length) + " (expected: 2 to " + room + ")");
    }
    byte[] header = all.asSlice(LENGTH.byteSize(), length).toArray(ValueLayout.JAVA_BYTE);
    MemorySegment data = all.asSlice(LENGTH.byteSize() + length);
    return new Safetensors(file, data, SafetensorsHeader.parse(file, header, data.byteSize()));
  }

  private static MemorySegment mapAll(Path file, Arena arena) {
    if (!Files.isRegularFile(file)) {
      throw new ModelFileException(file, "missing (expected: a safetensors file)");
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return channel.map(MapMode.READ_ONLY, 0, channel.size(), arena);
    } catch (IOException e) {
      throw new ModelFileException(file, "cannot be mapped: " + e.getMessage(), e);
    }
  }

  Path file() {
    return file;
  }

  Set<String> names() {
    return entries.keySet();
  }

  /**
   * A tensor of this file.
   *
   * @throws ModelFileException if it is missing or has no floating-point format that we read
   */
  TensorView tensor(String name) {
    SafetensorsHeader.Entry entry = entries.get(name);
    if (entry == null) {
      throw new ModelFileException(file, JsonFields.shown(name) + ": missing tensor");
    }
    DType dtype = DType.ofSafetensors(entry.dtype());
    if (dtype == null) {
      throw new ModelFileException(
          file,
          JsonFields.shown(name) + ".dtype: " + entry.dtype() + " (expected: BF16, F16 or F32)");
    }
    long[] shape = entry.shape().stream().mapToLong(Long::longValue).toArray();
    return new TensorView(
        name, dtype, shape, data.asSlice(entry.begin(), entry.end() - entry.begin()));
  }
}
