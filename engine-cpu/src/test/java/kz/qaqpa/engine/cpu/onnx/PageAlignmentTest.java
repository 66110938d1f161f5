package kz.qaqpa.engine.cpu.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import kz.qaqpa.testing.Seeds;
import kz.qaqpa.testing.TestSize;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PageAlignmentTest {
  @TempDir private Path folder;
  private final byte[] data = new byte[10_000];

  @BeforeEach
  void fill() throws IOException {
    for (int i = 0; i < data.length; i++) {
      data[i] = (byte) (i * 7 + i / 256);
    }
    Files.write(folder.resolve("a.data"), data);
  }

  private static ProtoMessage entry(String key, String value) {
    return new ProtoMessage().text(1, key).text(2, value);
  }

  private static ProtoMessage initializer(String offset, String length, String packed) {
    return new ProtoMessage()
        .integer(1, 5)
        .text(8, "w")
        .message(13, entry("location", "a.data"))
        .message(13, entry("offset", offset))
        .message(13, entry("length", length))
        .message(13, entry("prepacked_0", packed));
  }

  private void align(ProtoMessage initializer) throws IOException {
    ProtoMessage graph =
        new ProtoMessage()
            .message(1, new ProtoMessage().text(4, "Node").real(99, 1.5f))
            .message(5, initializer)
            .message(5, new ProtoMessage().text(8, "inside").bytes(9, new byte[16]));
    byte[] model = new ProtoMessage().integer(1, 10).message(7, graph).toBytes();
    align(model);
  }

  private void align(byte[] model) throws IOException {
    Files.write(folder.resolve("a.onnx"), model);
    Files.deleteIfExists(folder.resolve("b.data"));
    PageAlignment.copy(
        folder.resolve("a.onnx"),
        folder.resolve("a.data"),
        folder.resolve("b.onnx"),
        folder.resolve("b.data"),
        "b.data");
  }

  @Test
  void movesTensorsAndPackedWeightsToPages() throws IOException {
    align(initializer("17", "100", "MatMul+99|333;5000;0|7001;2999;0"));
    byte[] moved = Files.readAllBytes(folder.resolve("b.data"));
    assertThat(Arrays.copyOfRange(moved, 0, 100)).isEqualTo(Arrays.copyOfRange(data, 17, 117));
    assertThat(Arrays.copyOfRange(moved, 4096, 9096))
        .isEqualTo(Arrays.copyOfRange(data, 333, 5333));
    assertThat(Arrays.copyOfRange(moved, 12_288, 15_287))
        .isEqualTo(Arrays.copyOfRange(data, 7001, 10_000));
    List<String> values = new ArrayList<>();
    byte[] model = Files.readAllBytes(folder.resolve("b.onnx"));
    assertThat(rewriteCollecting(model, values)).isEqualTo(model);
    assertThat(values).containsExactly("b.data", "0", "100", "MatMul+99|4096;5000;0|12288;2999;0");
  }

  private static byte[] rewriteCollecting(byte[] model, List<String> values) throws IOException {
    return ProtoFields.rewrite(
        model,
        (f7, graph) ->
            ProtoFields.rewrite(
                graph,
                (f5, tensor) ->
                    f5 != 5
                        ? tensor
                        : ProtoFields.rewrite(
                            tensor,
                            (f13, entry) -> {
                              if (f13 == 13) {
                                values.add(ProtoFields.text(entry, 2));
                              }
                              return entry;
                            })));
  }

  @Test
  void refusesWhatItDoesNotKnow() {
    assertRefused(initializer("9990", "100", "k|0;1;0"), "weights end at 10000");
    assertRefused(initializer("x", "100", "k|0;1;0"), "external data: x");
    assertRefused(initializer("0", "100", "k|0;1"), "packed weight: k|0;1");
    assertRefused(initializer("0", "100", "k|0;y;0"), "external data: y");
  }

  private void assertRefused(ProtoMessage initializer, String message) {
    assertThatThrownBy(() -> align(initializer))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith(message);
  }

  @Test
  void damagedModelsGiveAnErrorOrAModel() {
    byte[] model =
        new ProtoMessage()
            .integer(1, Long.MAX_VALUE)
            .message(7, new ProtoMessage().message(5, initializer("17", "100", "k|0;1;0")))
            .toBytes();
    Seeds.forRandom(
        TestSize.tries(300, 20_000),
        random -> {
          byte[] damaged = Arrays.copyOf(model, 1 + random.nextInt(model.length));
          damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
          try {
            align(damaged);
          } catch (IOException expected) {
            assertThat(expected).hasMessageMatching("(protobuf|external|packed|weights).*");
          }
        });
  }

  @Test
  void writesNumbersAsProtobufDoes() {
    byte[] bytes = new ProtoMessage().integer(1, 300).integer(16, -1).real(2, 1f).toBytes();
    assertThat(bytes)
        .isEqualTo(
            new byte[] {
              0x08,
              (byte) 0xAC,
              0x02,
              (byte) 0x80,
              0x01,
              -1,
              -1,
              -1,
              -1,
              -1,
              -1,
              -1,
              -1,
              -1,
              0x01,
              0x15,
              0,
              0,
              (byte) 0x80,
              0x3F
            });
    assertThat(new ProtoMessage().text(2, "testing").toBytes())
        .isEqualTo("\u0012\u0007testing".getBytes(StandardCharsets.UTF_8));
  }
}
