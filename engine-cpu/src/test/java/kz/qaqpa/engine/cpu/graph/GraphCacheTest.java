package kz.qaqpa.engine.cpu.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import kz.qaqpa.engine.EngineSettings;
import kz.qaqpa.engine.cpu.CpuEngineProvider;
import kz.qaqpa.engine.model.Checkpoint;
import kz.qaqpa.engine.model.LlamaConfig;
import kz.qaqpa.testing.RandomCheckpoint;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class GraphCacheTest {
  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final List<String> progress = new ArrayList<>();

  @TempDir private Path folder;
  private Checkpoint checkpoint;

  @BeforeEach
  void open() throws IOException {
    RandomCheckpoint shape = RandomCheckpoint.tiny().size(2, 96, 160).heads(4, 2, 32);
    checkpoint = Checkpoint.open(shape.write(folder.resolve("model"), 1));
  }

  @AfterEach
  void close() {
    checkpoint.close();
  }

  private Path cacheFolder() {
    return folder.resolve("cache");
  }

  private GraphCache cache() {
    return new GraphCache(environment, cacheFolder(), progress::add);
  }

  private static GraphKey key(Precision precision) {
    return key(precision, 1);
  }

  private static GraphKey key(Precision precision, int parts) {
    return new GraphKey("sha256:0", precision, "1", "test", parts);
  }

  @Test
  void isMadeOnceAndThenFound() throws Exception {
    try (GraphCache.Entry made = cache().open(key(Precision.INT8), checkpoint)) {
      assertThat(made.cached()).isTrue();
    }
    assertThat(progress)
        .containsExactly("preparing the model as int8 (once for this model and machine)");
    progress.clear();
    try (GraphCache.Entry found = cache().open(key(Precision.INT8), checkpoint)) {
      assertThat(found.millis()).isZero();
      assertThat(found.models()).allSatisfy(model -> assertThat(model).exists());
    }
    assertThat(progress).isEmpty();
    assertThat(names(cacheFolder()))
        .containsExactly(key(Precision.INT8).name(), key(Precision.INT8).name() + ".lock");
    assertThat(names(cacheFolder().resolve(key(Precision.INT8).name())))
        .containsExactly("complete", "model-0.data", "model-0.onnx");
  }

  private static List<String> names(Path of) throws IOException {
    try (Stream<Path> all = Files.list(of)) {
      return all.map(path -> String.valueOf(path.getFileName())).sorted().toList();
    }
  }

  @Test
  void dependsOnAllThatTheGraphDependsOn() {
    GraphKey key = new GraphKey("sha256:0", Precision.INT8, "1.29.0", "cpu", 1);
    assertThat(
            Stream.of(
                    key,
                    new GraphKey("sha256:1", Precision.INT8, "1.29.0", "cpu", 1),
                    new GraphKey("sha256:0", Precision.INT4, "1.29.0", "cpu", 1),
                    new GraphKey("sha256:0", Precision.INT8, "1.29.1", "cpu", 1),
                    new GraphKey("sha256:0", Precision.INT8, "1.29.0", "other", 1),
                    new GraphKey("sha256:0", Precision.INT8, "1.29.0", "cpu", 2))
                .map(GraphKey::name)
                .distinct())
        .hasSize(6);
  }

  @ParameterizedTest
  @ValueSource(strings = {"model-0.data", "model-0.onnx", "complete"})
  void isMadeAnewWhenAFileIsCutShort(String name) throws Exception {
    Path entry = made();
    byte[] whole = Files.readAllBytes(entry.resolve(name));
    for (int length : new int[] {0, whole.length / 2, whole.length - 1}) {
      try (FileChannel file = FileChannel.open(entry.resolve(name), StandardOpenOption.WRITE)) {
        file.truncate(length);
      }
      cache().open(key(Precision.F32), checkpoint).close();
      assertThat(Files.readAllBytes(entry.resolve(name))).isEqualTo(whole);
    }
    Files.delete(entry.resolve(name));
    cache().open(key(Precision.F32), checkpoint).close();
    assertThat(Files.readAllBytes(entry.resolve(name))).isEqualTo(whole);
  }

  @Test
  void isMadeAnewWhenAByteChanged() throws Exception {
    Path data = made().resolve("model-0.data");
    byte[] whole = Files.readAllBytes(data);
    byte[] changed = whole.clone();
    changed[whole.length / 2] ^= 1;
    Files.write(data, changed);
    cache().open(key(Precision.F32), checkpoint).close();
    assertThat(Files.readAllBytes(data)).isEqualTo(whole);
  }

  /** Whole by its mark, and yet not a graph. */
  @Test
  void isMadeAnewWhenTheRuntimeRefusesIt() throws Exception {
    Path model = folder.resolve("model");
    EngineSettings settings = new EngineSettings("f32", 1, 16, 1, folder.resolve("home"));
    new CpuEngineProvider().open(model, settings, progress::add).engine().close();
    Path graphs = folder.resolve("home").resolve("cpu-graphs");
    Path entry = graphs.resolve(names(graphs).getFirst());
    Files.writeString(entry.resolve("model-0.onnx"), "not a graph");
    GraphFiles.seal(entry, GraphCache.files(1));
    new CpuEngineProvider().open(model, settings, progress::add).engine().close();
    assertThat(progress).hasSize(2);
    assertThat(Files.size(entry.resolve("model-0.onnx"))).isGreaterThan(1000);
  }

  private Path made() throws IOException, OrtException {
    cache().open(key(Precision.F32), checkpoint).close();
    return cacheFolder().resolve(key(Precision.F32).name());
  }

  @Test
  void clearsUpAfterACrash() throws Exception {
    Path left = cacheFolder().resolve(key(Precision.F32).name() + ".part");
    Files.createDirectories(left);
    Files.writeString(left.resolve("plain.onnx"), "half");
    made();
    assertThat(left).doesNotExist();
  }

  @Test
  void isMadeOnceByManyAtOnce() throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(6)) {
      List<Future<Path>> all = new ArrayList<>();
      List<String> lines = Collections.synchronizedList(progress);
      for (int i = 0; i < 6; i++) {
        all.add(
            threads.submit(() -> {
              GraphCache own = new GraphCache(environment, cacheFolder(), lines::add);
              try (GraphCache.Entry entry = own.open(key(Precision.INT4), checkpoint)) {
                return entry.models().getFirst();
              }
            }));
      }
      for (Future<Path> one : all) {
        assertThat(one.get()).exists();
      }
    }
    assertThat(progress).hasSize(1);
  }

  @Test
  void waitsForAnotherProcess() throws Exception {
    Files.createDirectories(cacheFolder());
    Process other =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                LockHolder.class.getName(),
                cacheFolder().resolve(key(Precision.F32).name() + ".lock").toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try {
      assertThat(other.inputReader().readLine()).isEqualTo("true");
      CompletableFuture<String> waiting = new CompletableFuture<>();
      GraphCache own = new GraphCache(environment, cacheFolder(), waiting::complete);
      try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
        Future<GraphCache.Entry> entry =
            thread.submit(() -> own.open(key(Precision.F32), checkpoint));
        assertThat(waiting.get())
            .isEqualTo("waiting for another process that prepares the same model");
        assertThat(entry.isDone()).isFalse();
        other.getOutputStream().close();
        assertThat(entry.get().models().getFirst()).exists();
      }
    } finally {
      other.destroyForcibly();
    }
  }

  /** As root every folder can be written, so the obstacle is a file in the folder's place. */
  @Test
  void usesATemporaryFolderWhereItCannotWrite() throws Exception {
    Files.writeString(cacheFolder(), "a file");
    Path model;
    try (GraphCache.Entry entry = cache().open(key(Precision.F32), checkpoint)) {
      model = entry.models().getFirst();
      assertThat(model).exists();
      assertThat(entry.cached()).isFalse();
    }
    assertThat(model).doesNotExist();
    assertThat(model.getParent()).doesNotExist();
    assertThat(progress.getFirst())
        .startsWith("engine.cacheFolder: " + cacheFolder() + " (cannot be written: ");
  }

  @Test
  void refusesRowsThatNoBlockDivides() throws Exception {
    Path odd = RandomCheckpoint.tiny().size(1, 64, 100).write(folder.resolve("odd"), 1);
    try (Checkpoint unfit = Checkpoint.open(odd)) {
      assertThatThrownBy(() -> cache().open(key(Precision.INT8), unfit))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "engine.precision: int8 (expected: f32, since rows of l0.down have 100 weights,"
                  + " not a multiple of 32)");
    }
    assertThat(names(cacheFolder())).allSatisfy(name -> assertThat(name).endsWith(".lock"));
  }

  /** Saved, moved, mapped: and still the bits of the graph as it was written. */
  @ParameterizedTest
  @EnumSource(Precision.class)
  void packedWeightsGiveTheSameBits(Precision precision) throws Exception {
    Path plain = folder.resolve("plain.onnx");
    LayerRange all = new LayerRange(0, checkpoint.config().layers());
    LlamaGraph.write(checkpoint, precision, all, plain, folder.resolve("plain.data"));
    float[] expected;
    try (OrtSession session = environment.createSession(plain.toString())) {
      expected = logits(session);
    }
    try (GraphCache.Entry entry = cache().open(key(precision), checkpoint);
        OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.NO_OPT);
      try (OrtSession session =
          environment.createSession(entry.models().getFirst().toString(), options)) {
        assertThat(logits(session)).isEqualTo(expected);
      }
    }
    for (float logit : expected) {
      assertThat(logit).isFinite();
    }
  }

  private float[] logits(OrtSession session) throws OrtException {
    LlamaConfig config = checkpoint.config();
    int half = config.headDim() / 2;
    long[] cacheShape = {2, config.kvHeads(), 8, config.headDim()};
    Map<String, OnnxTensor> inputs = new TreeMap<>();
    inputs.put("ids", longs(new long[] {2, 3}, 1, 2, 3, 4, 5, 6));
    inputs.put("last", longs(new long[] {2}, 2, 5));
    inputs.put("seqlens_k", ints(2, 2));
    inputs.put("total", ints(3));
    inputs.put("cos", floats(new long[] {8, half}, 0.8f));
    inputs.put("sin", floats(new long[] {8, half}, 0.6f));
    for (int layer = 0; layer < config.layers(); layer++) {
      inputs.put("past_k." + layer, floats(cacheShape, 0));
      inputs.put("past_v." + layer, floats(cacheShape, 0));
    }
    try (OrtSession.Result result = session.run(inputs, Set.of("logits"))) {
      FloatBuffer logits = ((OnnxTensor) result.get(0)).getFloatBuffer();
      float[] all = new float[logits.remaining()];
      logits.get(all);
      return all;
    } finally {
      inputs.values().forEach(OnnxTensor::close);
    }
  }

  private OnnxTensor longs(long[] shape, long... values) throws OrtException {
    return OnnxTensor.createTensor(environment, LongBuffer.wrap(values), shape);
  }

  private OnnxTensor ints(int... values) throws OrtException {
    return OnnxTensor.createTensor(environment, IntBuffer.wrap(values), new long[] {values.length});
  }

  private OnnxTensor floats(long[] shape, float value) throws OrtException {
    int count = 1;
    for (long size : shape) {
      count *= (int) size;
    }
    ByteBuffer buffer = ByteBuffer.allocateDirect(4 * count).order(ByteOrder.nativeOrder());
    for (int i = 0; i < count; i++) {
      buffer.putFloat(4 * i, value);
    }
    return OnnxTensor.createTensor(environment, buffer, shape, OnnxJavaType.FLOAT);
  }

  /** Signed times signed bytes has no fast kernel on x86; the runtime must not fuse to one. */
  @ParameterizedTest
  @EnumSource(Precision.class)
  void multipliesNoSignedBytes(Precision precision) throws Exception {
    try (GraphCache.Entry entry = cache().open(key(precision), checkpoint)) {
      String graph = Files.readString(entry.models().getFirst(), StandardCharsets.ISO_8859_1);
      assertThat(graph)
          .doesNotContain("MatMulInteger", "QLinearMatMul", "DynamicQuantize", "QuantizeLinear")
          .contains(precision.quantised() ? "MatMulNBits" : "FusedMatMul")
          .contains("GroupQueryAttention");
    }
  }
}
