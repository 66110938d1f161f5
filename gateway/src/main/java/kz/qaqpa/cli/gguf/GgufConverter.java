package kz.qaqpa.cli.gguf;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;
import kz.qaqpa.engine.model.Checkpoint;
import kz.qaqpa.engine.model.LlamaConfig;
import kz.qaqpa.engine.model.RopeScaling;
import kz.qaqpa.engine.model.TensorView;

/**
 * A Hugging Face checkpoint of {@code LlamaForCausalLM} as one GGUF file. All matrices get the type
 * asked for, as with {@code llama-quantize --pure}; vectors stay f32. Rows of the query and key
 * projections are put in the order in which ggml's rotary embedding pairs neighbours: {@code
 * LlamaModel.permute} of {@code conversion/llama.py}. Confined to one thread.
 */
public final class GgufConverter {
  private static final int BUFFER = 1 << 20;
  private static final int QUANTIZATION_VERSION = 2;

  private final Checkpoint checkpoint;
  private final LlamaConfig config;
  private final GgufType type;
  private final List<Source> sources = new ArrayList<>();

  /** A tensor of the checkpoint, and which of its rows comes at each place. */
  private record Source(TensorView tensor, GgufType type, IntUnaryOperator row) {}

  /**
   * What was written.
   *
   * @param bytes of the file
   */
  public record Written(int tensors, long bytes) {}

  private GgufConverter(Checkpoint checkpoint, GgufType type) {
    this.checkpoint = checkpoint;
    this.config = checkpoint.config();
    this.type = type;
  }

  /**
   * Converts a model; a file that is there already is replaced once the new one is whole.
   *
   * @param model folder
   * @throws IOException if the file cannot be written
   * @throws IllegalArgumentException if the model does not fit the type
   * @throws RuntimeException if a file of the model is malformed; the message names it, the field
   *     and what was expected
   */
  public static Written convert(Path model, Path file, GgufType type) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (Files.isDirectory(file) || folder == null || !Files.isDirectory(folder)) {
      throw new IOException("--out: " + file + " (expected: a file in a folder that is there)");
    }
    try (Checkpoint checkpoint = Checkpoint.open(model)) {
      GgufTokenizer tokenizer = GgufTokenizer.read(model);
      return new GgufConverter(checkpoint, type).write(model, tokenizer, file);
    }
  }

  private Written write(Path model, GgufTokenizer tokenizer, Path file) throws IOException {
    GgufHeader header = new GgufHeader();
    putModel(header, String.valueOf(model.toAbsolutePath().normalize().getFileName()));
    tokenizer.put(header, config);
    float[] frequencies = ropeFactors();
    if (frequencies.length > 0) {
      header.tensor("rope_freqs.weight", GgufType.F32, frequencies.length);
    }
    addTensors(header);
    byte[] head = header.bytes();
    Path part = file.resolveSibling(file.getFileName() + ".part");
    try {
      try (FileChannel out =
          FileChannel.open(
              part,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE)) {
        writeAll(out, ByteBuffer.wrap(head));
        writeWeights(out, frequencies);
      }
      Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(part);
    }
    return new Written(header.tensorCount(), head.length + header.weightBytes());
  }

  private void putModel(GgufHeader header, String name) {
    header
        .put("general.architecture", "llama")
        .put("general.type", "model")
        .put("general.name", name)
        .put("general.alignment", GgufHeader.ALIGNMENT)
        .put("general.file_type", type.fileType())
        .put("llama.block_count", config.layers())
        .put("llama.context_length", config.maxPositions())
        .put("llama.embedding_length", config.hidden())
        .put("llama.feed_forward_length", config.intermediate())
        .put("llama.attention.head_count", config.heads())
        .put("llama.attention.head_count_kv", config.kvHeads())
        .put("llama.attention.key_length", config.headDim())
        .put("llama.attention.value_length", config.headDim())
        .put("llama.attention.layer_norm_rms_epsilon", (float) config.rmsNormEps())
        .put("llama.rope.dimension_count", config.headDim())
        .put("llama.rope.freq_base", (float) config.ropeTheta())
        .put("llama.vocab_size", config.vocabulary());
    if (config.ropeScaling() instanceof RopeScaling.Linear(double factor)) {
      header
          .put("llama.rope.scaling.type", "linear")
          .put("llama.rope.scaling.factor", (float) factor);
    }
    if (type.isQuantised()) {
      header.put("general.quantization_version", QUANTIZATION_VERSION);
    }
  }

  /** What each frequency is divided by, where that is not the same for all; else empty. */
  private float[] ropeFactors() {
    if (!(config.ropeScaling() instanceof RopeScaling.Llama3 scaling)) {
      return new float[0];
    }
    float[] factors = new float[config.headDim() / 2];
    for (int i = 0; i < factors.length; i++) {
      double frequency = 1 / Math.pow(config.ropeTheta(), 2.0 * i / config.headDim());
      factors[i] = (float) (frequency / scaling.scale(frequency));
    }
    return factors;
  }

  private void addTensors(GgufHeader header) {
    IntUnaryOperator asTheyAre = IntUnaryOperator.identity();
    IntUnaryOperator paired = row -> pairedRow(row, config.headDim());
    add(header, "token_embd.weight", "model.embed_tokens.weight", asTheyAre);
    for (int i = 0; i < config.layers(); i++) {
      String to = "blk." + i + ".";
      String from = "model.layers." + i + ".";
      add(header, to + "attn_norm.weight", from + "input_layernorm.weight", asTheyAre);
      add(header, to + "attn_q.weight", from + "self_attn.q_proj.weight", paired);
      add(header, to + "attn_k.weight", from + "self_attn.k_proj.weight", paired);
      add(header, to + "attn_v.weight", from + "self_attn.v_proj.weight", asTheyAre);
      add(header, to + "attn_output.weight", from + "self_attn.o_proj.weight", asTheyAre);
      add(header, to + "ffn_norm.weight", from + "post_attention_layernorm.weight", asTheyAre);
      add(header, to + "ffn_gate.weight", from + "mlp.gate_proj.weight", asTheyAre);
      add(header, to + "ffn_up.weight", from + "mlp.up_proj.weight", asTheyAre);
      add(header, to + "ffn_down.weight", from + "mlp.down_proj.weight", asTheyAre);
    }
    add(header, "output_norm.weight", "model.norm.weight", asTheyAre);
    if (!config.tied()) {
      add(header, "output.weight", "lm_head.weight", asTheyAre);
    }
  }

  /**
   * Hugging Face turns element {@code i} of a head together with {@code i + size / 2}, ggml {@code
   * 2i} with {@code 2i + 1}.
   */
  static int pairedRow(int row, int headDim) {
    int inHead = row % headDim;
    return row - inHead + inHead / 2 + inHead % 2 * (headDim / 2);
  }

  private void add(GgufHeader header, String name, String source, IntUnaryOperator row) {
    TensorView tensor = checkpoint.tensor(source);
    boolean isMatrix = tensor.shape().length > 1;
    GgufType stored = isMatrix ? type : GgufType.F32;
    if (tensor.cols() % stored.block() != 0) {
      throw new IllegalArgumentException(
          "--type: "
              + type.label()
              + " (expected: f32 or f16, since rows of "
              + source
              + " have "
              + tensor.cols()
              + " weights, not a multiple of "
              + stored.block()
              + ")");
    }
    header.tensor(name, stored, tensor.shape());
    sources.add(new Source(tensor, stored, row));
  }

  private void writeWeights(FileChannel out, float[] frequencies) throws IOException {
    int widest = sources.stream().mapToInt(GgufConverter::rowBytes).max().orElse(0);
    ByteBuffer buffer =
        ByteBuffer.allocateDirect(Math.max(widest, BUFFER)).order(ByteOrder.LITTLE_ENDIAN);
    if (frequencies.length > 0) {
      GgufType.F32.encode(frequencies, frequencies.length, buffer);
      pad(out, buffer, (long) frequencies.length * Float.BYTES);
    }
    for (Source source : sources) {
      writeTensor(out, buffer, source);
    }
    drain(out, buffer);
  }

  private static int rowBytes(Source source) {
    return Math.toIntExact(source.type.bytes(source.tensor.cols()));
  }

  private static void writeTensor(FileChannel out, ByteBuffer buffer, Source source)
      throws IOException {
    TensorView tensor = source.tensor;
    int columns = tensor.cols();
    float[] row = new float[columns];
    int rowBytes = rowBytes(source);
    for (int r = 0; r < tensor.rows(); r++) {
      tensor.readRow(source.row.applyAsInt(r), row, 0);
      if (buffer.remaining() < rowBytes) {
        drain(out, buffer);
      }
      try {
        source.type.encode(row, columns, buffer);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(tensor.name() + ": " + e.getMessage(), e);
      }
    }
    pad(out, buffer, (long) rowBytes * tensor.rows());
  }

  /** Zeros up to the alignment, behind a tensor of so many bytes. */
  private static void pad(FileChannel out, ByteBuffer buffer, long bytes) throws IOException {
    int padding = (int) (GgufHeader.aligned(bytes) - bytes);
    if (buffer.remaining() < padding) {
      drain(out, buffer);
    }
    buffer.put(new byte[padding]);
  }

  private static void drain(FileChannel out, ByteBuffer buffer) throws IOException {
    buffer.flip();
    writeAll(out, buffer);
    buffer.clear();
  }

  private static void writeAll(FileChannel out, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      out.write(bytes);
    }
  }
}
