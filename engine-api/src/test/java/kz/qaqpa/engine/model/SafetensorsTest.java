package kz.qaqpa.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import kz.qaqpa.testing.SafetensorsFile;
import kz.qaqpa.testing.Seeds;
import kz.qaqpa.testing.TestSize;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One safetensors file: what it gives, and every way of being malformed. */
class SafetensorsTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          []                                                             | header: [ (expected: an object)
          {"                                                             | header: not the JSON of safetensors
          {"a":1}                                                        | a: 1 (expected: an object with dtype, shape and data_offsets)
          {} {}                                                          | header: behind the closing brace
          {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} | Duplicate
          {"a":{"shape":[2],"data_offsets":[0,8]}}                       | a.dtype: missing
          {"a":{"dtype":"F32","data_offsets":[0,8]}}                     | a.shape: missing
          {"a":{"dtype":"F32","shape":[2]}}                              | a.data_offsets: missing
          {"a":{"dtype":"F33","shape":[2],"data_offsets":[0,8]}}         | a.dtype: F33 (expected: one of [BF16, BOOL,
          {"a":{"dtype":4,"shape":[2],"data_offsets":[0,8]}}             | a.dtype: 4 (expected: a string)
          {"a":{"dtype":"F32","shape":2,"data_offsets":[0,8]}}           | a.shape: 2 (expected: an array of integers >= 0)
          {"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}        | a.shape: -2 (expected: integers from 0
          {"a":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}}       | a.shape: 2.0 (expected: integers from 0
          {"a":{"dtype":"F32","shape":["2"],"data_offsets":[0,8]}}       | a.shape: 2 (expected: integers from 0
          {"a":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,8]}} | a.shape: 99999999999999999999 (expected
          {"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]}} | a.shape: [4294967296, 4294967296] (expected: fewer than 2^63 bytes)
          {"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,2],"data_offsets":[0,8]}} | a.shape: more than 8 numbers
          {"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}         | a.data_offsets: [0, 8] (expected: 12 bytes, for F32 [3])
          {"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}         | a.data_offsets: [8, 0] (expected: [begin, end]
          {"a":{"dtype":"F32","shape":[2],"data_offsets":[0]}}           | a.data_offsets: [0] (expected: [begin, end]
          {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,8]}}       | a.data_offsets: more than 2 numbers
          {"a":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}        | a.data_offsets: -8 (expected: integers from 0
          {"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}        | a.data_offsets: ends at byte 16 (expected: at most 8,
          {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}         | tensors end at byte 4 of the data (expected: 8)
          {"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}         | a.data_offsets: begins at byte 4 (expected: 0;
          {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}} | b.data_offsets: begins at byte 4 (expected: 8;
          {"a\\u001b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}  | tensors end at byte 4
          {"\\u001b[2J":1}                                               | \\u001b[2J: 1 (expected
          """)
  void refusesMalformedHeaders(String header, String message) throws IOException {
    Path file = folder.resolve("m.safetensors");
    SafetensorsFile.write(file, header, new byte[8]);
    assertThatThrownBy(() -> map(file))
        .isInstanceOf(ModelFileException.class)
        .hasMessageStartingWith(file + ": ")
        .hasMessageContaining(message);
  }

  @Test
  void refusesAbsurdHeaderLengths() throws IOException {
    Path file = folder.resolve("m.safetensors");
    for (long length : new long[] {0, 1, 9, 1 << 30, Long.MAX_VALUE, -1, Long.MIN_VALUE}) {
      ByteBuffer bytes = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN).putLong(length);
      Files.write(file, bytes.array());
      assertThatThrownBy(() -> map(file))
          .isInstanceOf(ModelFileException.class)
          .hasMessageContaining(
              "header length: " + Long.toUnsignedString(length) + " (expected: 2 to 8)");
    }
  }

  @Test
  void refusesEveryTruncation() throws IOException {
    Path whole = folder.resolve("whole.safetensors");
    SafetensorsFile.write(
        whole, "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}  ", new byte[8]);
    byte[] bytes = Files.readAllBytes(whole);
    map(whole);
    for (int length = 0; length < bytes.length; length++) {
      Path cut = folder.resolve("cut.safetensors");
      Files.write(cut, Arrays.copyOf(bytes, length));
      assertThatThrownBy(() -> map(cut)).isInstanceOf(ModelFileException.class);
    }
  }

  @Test
  void refusesAMissingFileAndAFolder() {
    assertThatThrownBy(() -> map(folder.resolve("none.safetensors")))
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining("none.safetensors: missing");
    assertThatThrownBy(() -> map(folder)).isInstanceOf(ModelFileException.class);
  }

  @Test
  void widensEveryFormatExactly() throws IOException {
    float[] values = {0, -0f, 1, -2.5f, 0.15625f, 65504, Float.POSITIVE_INFINITY, Float.NaN};
    Path file = folder.resolve("m.safetensors");
    SafetensorsFile out = new SafetensorsFile();
    for (DType dtype : DType.values()) {
      out.add(dtype.name(), dtype, new long[] {2, 4}, values);
    }
    out.write(file);
    try (Arena arena = Arena.ofConfined()) {
      Safetensors tensors = Safetensors.map(file, arena);
      for (DType dtype : DType.values()) {
        TensorView tensor = tensors.tensor(dtype.name());
        // 65504 needs eleven bits of precision; bf16 has eight, and rounds it to 65536.
        float[] expected = values.clone();
        expected[5] = dtype == DType.BF16 ? 65536 : 65504;
        assertThat(tensor.toFloats()).containsExactly(expected);
        assertThat(tensor.rows()).isEqualTo(2);
        assertThat(tensor.cols()).isEqualTo(4);
        assertThat(tensor.segment().byteSize()).isEqualTo(8L * dtype.bytes());
        assertThat(tensor.segment().isReadOnly()).isTrue();
      }
    }
  }

  @Test
  void readsRangesAcrossTheScratchBuffer() throws IOException {
    float[] values = new float[10_000];
    for (int i = 0; i < values.length; i++) {
      values[i] = i % 251 - 125;
    }
    Path file = folder.resolve("m.safetensors");
    new SafetensorsFile().add("a", DType.BF16, new long[] {100, 100}, values).write(file);
    try (Arena arena = Arena.ofConfined()) {
      TensorView tensor = Safetensors.map(file, arena).tensor("a");
      Seeds.forRandom(
          TestSize.tries(200, 20_000),
          random -> {
            int first = random.nextInt(values.length);
            int count = random.nextInt(values.length - first + 1);
            float[] into = new float[count + 3];
            tensor.read(first, into, 2, count);
            assertThat(Arrays.mismatch(into, 2, 2 + count, values, first, first + count))
                .isEqualTo(-1);
            assertThat(into[count + 2]).isZero();
          });
      float[] rows = new float[200];
      tensor.readRows(98, 2, rows, 0);
      assertThat(rows).containsExactly(Arrays.copyOfRange(values, 9800, 10_000));
      assertThatThrownBy(() -> tensor.readRow(100, rows, 0))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> tensor.read(9_999, rows, 0, 2))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> tensor.readRow(0, rows, 101))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  /** A sparse file: three gigabytes of size, a few kilobytes of disk. */
  @Test
  void readsBehindTwoGigabytes() throws IOException {
    long elements = 3L << 29;
    byte[] header =
        "{\"a\":{\"dtype\":\"BF16\",\"shape\":[%d,1024],\"data_offsets\":[0,%d]}}"
            .formatted(elements / 1024, elements * 2)
            .getBytes(StandardCharsets.US_ASCII);
    Path file = folder.resolve("m.safetensors");
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.SPARSE,
            StandardOpenOption.WRITE)) {
      ByteBuffer start = ByteBuffer.allocate(8 + header.length).order(ByteOrder.LITTLE_ENDIAN);
      channel.write(start.putLong(header.length).put(header).flip(), 0);
      channel.write(
          ByteBuffer.wrap(new byte[] {(byte) 0xC0, 0x3F}), 6 + header.length + elements * 2);
    }
    try (Arena arena = Arena.ofConfined()) {
      TensorView tensor = Safetensors.map(file, arena).tensor("a");
      float[] row = new float[1024];
      tensor.readRow(tensor.rows() - 1, row, 0);
      assertThat(row[1022]).isZero();
      assertThat(row[1023]).isEqualTo(1.5f);
      assertThatThrownBy(() -> tensor.readRows(0, tensor.rows(), row, 0))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  private static void map(Path file) {
    try (Arena arena = Arena.ofConfined()) {
      Safetensors.map(file, arena);
    }
  }
}
