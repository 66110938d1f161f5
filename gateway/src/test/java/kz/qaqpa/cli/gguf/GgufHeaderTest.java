package kz.qaqpa.cli.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bytes by hand, from {@code ggml/docs/gguf.md} and {@code ggml/src/ggml-quants.c}. */
class GgufHeaderTest {
  @Test
  void goldenBytes() {
    GgufHeader header =
        new GgufHeader()
            .put("a", 7)
            .put("b", 1.5f)
            .put("c", true)
            .put("d", "қ")
            .put("e", List.of("x", ""))
            .put("f", new int[] {-1});
    header.tensor("t", GgufType.Q8_0, 3, 64);
    header.tensor("u", GgufType.F32, 5);
    String expected =
        """
        47475546 03000000 0200000000000000 0600000000000000
        0100000000000000 61 04000000 07000000
        0100000000000000 62 06000000 0000c03f
        0100000000000000 63 07000000 01
        0100000000000000 64 08000000 0200000000000000 d29b
        0100000000000000 65 09000000 08000000 0200000000000000
          0100000000000000 78 0000000000000000
        0100000000000000 66 09000000 05000000 0100000000000000 ffffffff
        0100000000000000 74 02000000 4000000000000000 0300000000000000 08000000 0000000000000000
        0100000000000000 75 01000000 0500000000000000 00000000 e000000000000000
        """
            .replaceAll("\\s", "");
    String found = HexFormat.of().formatHex(header.bytes());
    assertThat(found).startsWith(expected);
    assertThat(found.substring(expected.length())).matches("0*");
    assertThat(header.bytes().length % GgufHeader.ALIGNMENT).isZero();
    // 3 rows of 64 in blocks of 34 bytes are 204 bytes, 5 floats are 20.
    assertThat(header.weightBytes()).isEqualTo(224 + 32);
  }

  @Test
  void nothingTwice() {
    GgufHeader header = new GgufHeader().put("a", 1);
    assertThatThrownBy(() -> header.put("a", "2")).hasMessage("a: given twice (expected: once)");
    header.tensor("t", GgufType.F32, 1);
    assertThatThrownBy(() -> header.tensor("t", GgufType.F32, 1))
        .hasMessage("t: given twice (expected: once)");
  }

  /** Numbers from -16 to 15, of which -16 is the extreme. */
  @ParameterizedTest
  @CsvSource({
    // 16 / 127 in f16 is 3008; -16 is -127 of those, 15 is 119.0625 of them, -1.5 steps round away.
    "Q8_0, 083081",
    // A scale of -16 / -8 is 2 in f16; -16 is 0 and 0 is 8: low halves first.
    "Q4_0, 004080"
  })
  void blocks(GgufType type, String begin) {
    float[] row = new float[32];
    for (int i = 0; i < row.length; i++) {
      row[i] = i - 16;
    }
    ByteBuffer bytes = ByteBuffer.allocate((int) type.bytes(32)).order(ByteOrder.LITTLE_ENDIAN);
    type.encode(row, 32, bytes);
    assertThat(bytes.hasRemaining()).isFalse();
    assertThat(HexFormat.of().formatHex(bytes.array())).startsWith(begin);
  }

  @ParameterizedTest
  @CsvSource({"F32", "F16", "Q8_0", "Q4_0"})
  void zerosStayZeros_andWhatIsNoNumberIsRefused(GgufType type) {
    ByteBuffer bytes = ByteBuffer.allocate((int) type.bytes(32)).order(ByteOrder.LITTLE_ENDIAN);
    type.encode(new float[32], 32, bytes);
    // In Q4_0 a zero is an 8 of a scale of -0.
    assertThat(HexFormat.of().formatHex(bytes.array()))
        .matches(type == GgufType.Q4_0 ? "0080(88)*" : "0*");
    for (float wrong : new float[] {Float.NaN, Float.NEGATIVE_INFINITY}) {
      float[] row = new float[32];
      row[31] = wrong;
      bytes.clear();
      assertThatThrownBy(() -> type.encode(row, 32, bytes))
          .hasMessage("weight: " + wrong + " (expected: finite)");
    }
  }

  @Test
  void halvesHaveALargestNumber() {
    ByteBuffer bytes = ByteBuffer.allocate(2).order(ByteOrder.LITTLE_ENDIAN);
    assertThatThrownBy(() -> GgufType.F16.encode(new float[] {70_000}, 1, bytes))
        .hasMessage("weight: 70000.0 (expected: at most 65504 in f16)");
  }
}
