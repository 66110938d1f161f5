package kz.qaqpa.engine.cpu;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import kz.qaqpa.engine.EngineFault;
import kz.qaqpa.engine.model.LlamaConfig;

/**
 * One run of the graph, all its parts, over a contiguous range of slots, {@code queryLength} tokens
 * each. The caller fills {@link #ids}, {@link #kvLengths} and {@link #wanted}, then calls {@link
 * #run}.
 *
 * <p>Tensors are made once for each shape and kept: a run costs what its kernels cost. Inputs and
 * outputs of the KV cache are the same memory, so that attention appends in place. Confined to one
 * thread.
 */
final class ForwardPass implements AutoCloseable {
  /** Shapes kept; a shape takes a few kilobytes, and its tensors are remade in microseconds. */
  static final int SHAPES_KEPT = 256;

  private final OrtEnvironment environment;
  private final List<Part> parts = new ArrayList<>();
  private final KvCache cache;
  private final int vocabulary;
  private final int hidden;
  private final Arena arena;
  private final LongBuffer ids;
  private final LongBuffer wanted;
  private final IntBuffer kvLengths;
  private final FloatBuffer logits;
  private final FloatBuffer logprobs;

  /** By name: what one part hands over to the next. */
  private final Map<String, FloatBuffer> handedOver = new LinkedHashMap<>();

  private final List<OnnxTensor> fixed = new ArrayList<>();
  private final Map<String, OnnxTensor> fixedInputs = new LinkedHashMap<>();
  private final Shapes shapes = new Shapes();

  /** A session and the names of what it takes and gives. */
  private record Part(OrtSession session, Set<String> inputs, Set<String> outputs) {}

  /** What tensors depend on. */
  private record Shape(int firstSlot, int rows, int queryLength, int wanted) {}

  /** The tensors of one part. */
  private record Ports(Map<String, OnnxTensor> inputs, Map<String, OnnxTensor> outputs) {}

  /** The tensors of one shape, part by part; those of fixed inputs are not among {@code own}. */
  private record Binding(List<Ports> ports, Set<OnnxTensor> own) {
    void close() {
      own.forEach(OnnxTensor::close);
    }
  }

  /** Least recently used shapes make room. */
  private static final class Shapes extends LinkedHashMap<Shape, Binding> {
    private static final long serialVersionUID = 1L;

    Shapes() {
      super(2 * SHAPES_KEPT, 0.75f, true);
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<Shape, Binding> eldest) {
      if (size() <= SHAPES_KEPT) {
        return false;
      }
      eldest.getValue().close();
      return true;
    }
  }

  /**
   * @param sessions the parts in the order in which they run
   * @param arena owns the memory of inputs and outputs
   * @param maxRows most slots in a run
   * @param maxTokens most tokens in a run
   */
  ForwardPass(
      OrtEnvironment environment,
      List<OrtSession> sessions,
      Arena arena,
      KvCache cache,
      LlamaConfig config,
      int maxRows,
      int maxTokens) {
    this.environment = environment;
    this.arena = arena;
    this.cache = cache;
    this.vocabulary = config.vocabulary();
    this.hidden = config.hidden();
    ids = buffer((long) maxTokens * Long.BYTES).asLongBuffer();
    wanted = buffer((long) maxRows * Long.BYTES).asLongBuffer();
    kvLengths = buffer((long) maxRows * Integer.BYTES).asIntBuffer();
    logits = buffer((long) maxRows * vocabulary * Float.BYTES).asFloatBuffer();
    logprobs = buffer((long) maxRows * vocabulary * Float.BYTES).asFloatBuffer();
    try {
      for (OrtSession session : sessions) {
        parts.add(new Part(session, session.getInputNames(), session.getOutputNames()));
      }
      handOver(maxTokens);
      fixInputs(config);
    } catch (OrtException e) {
      close();
      throw new EngineFault.Fatal("OnnxTensor.createTensor: " + e.getMessage(), e);
    }
  }

  private void handOver(int maxTokens) {
    for (int next = 1; next < parts.size(); next++) {
      for (String name : parts.get(next - 1).outputs) {
        if (parts.get(next).inputs.contains(name)) {
          long bytes = (long) maxTokens * hidden * Float.BYTES;
          handedOver.put(name, buffer(bytes).asFloatBuffer());
        }
      }
    }
  }

  private ByteBuffer buffer(long bytes) {
    return NativeMemory.allocate(arena, bytes).asByteBuffer().order(ByteOrder.nativeOrder());
  }

  /**
   * Rotary tables, and the length that attention takes for the longest. It is always told the
   * slot's capacity: its tiles depend on it, and with it the rounding, and a row's bits must not
   * depend on its neighbours' lengths. Were it the number of new tokens, attention would also take
   * the run for a first prompt and ignore what the slot holds; a capacity never is, with its spare
   * position.
   */
  private void fixInputs(LlamaConfig config) throws OrtException {
    double[] frequencies = config.ropeInverseFrequencies();
    int half = frequencies.length;
    FloatBuffer cos = buffer((long) cache.capacity() * half * Float.BYTES).asFloatBuffer();
    FloatBuffer sin = buffer((long) cache.capacity() * half * Float.BYTES).asFloatBuffer();
    for (int position = 0; position < cache.capacity(); position++) {
      for (int i = 0; i < half; i++) {
        cos.put(position * half + i, (float) Math.cos(position * frequencies[i]));
        sin.put(position * half + i, (float) Math.sin(position * frequencies[i]));
      }
    }
    long[] table = {cache.capacity(), half};
    fix("cos", OnnxTensor.createTensor(environment, cos, table));
    fix("sin", OnnxTensor.createTensor(environment, sin, table));
    IntBuffer total = buffer(Integer.BYTES).asIntBuffer();
    total.put(0, cache.capacity());
    fix("total", OnnxTensor.createTensor(environment, total, new long[] {1}));
  }

  private void fix(String name, OnnxTensor tensor) {
    fixed.add(tensor);
    fixedInputs.put(name, tensor);
  }

  /** Token ids {@code [rows, queryLength]} of the next run. */
  LongBuffer ids() {
    return ids;
  }

  /** For each row the tokens that its slot will hold after the next run, minus one. */
  IntBuffer kvLengths() {
    return kvLengths;
  }

  /** Indices into {@link #ids} of the tokens whose logits are wanted. */
  LongBuffer wanted() {
    return wanted;
  }

  /** {@code [wanted, vocabulary]} of the run before. */
  FloatBuffer logits() {
    return logits;
  }

  /** Log-softmax of {@link #logits}. */
  FloatBuffer logprobs() {
    return logprobs;
  }

  /**
   * Runs the graph.
   *
   * @param rows at least 1: the attention kernel divides by it
   * @param wantedRows number of logit rows, may be 0
   */
  void run(int firstSlot, int rows, int queryLength, int wantedRows) {
    if (rows < 1 || queryLength < 1) {
      throw new IllegalArgumentException(
          "rows: " + rows + ", queryLength: " + queryLength + " (expected: >= 1)");
    }
    try {
      Binding binding = binding(new Shape(firstSlot, rows, queryLength, wantedRows));
      for (int part = 0; part < parts.size(); part++) {
        Ports ports = binding.ports.get(part);
        parts.get(part).session.run(ports.inputs, ports.outputs).close();
      }
    } catch (OrtException e) {
      throw new EngineFault.Transient("OrtSession.run: " + e.getMessage(), e);
    }
  }

  /** Shapes kept at the moment. */
  int shapesKept() {
    return shapes.size();
  }

  private Binding binding(Shape shape) throws OrtException {
    Binding known = shapes.get(shape);
    if (known == null) {
      known = bind(shape);
      shapes.put(shape, known);
    }
    return known;
  }

  private Binding bind(Shape shape) throws OrtException {
    Map<String, OnnxTensor> own = new LinkedHashMap<>();
    try {
      bindTokens(shape, own);
      bindHandedOver(shape, own);
      bindLogits(shape, own);
      bindCache(shape, own);
      Map<String, OnnxTensor> all = new LinkedHashMap<>(fixedInputs);
      all.putAll(own);
      List<Ports> ports =
          parts.stream()
              .map(part -> new Ports(named(part.inputs, all), named(part.outputs, all)))
              .toList();
      return new Binding(ports, Set.copyOf(own.values()));
    } catch (OrtException | RuntimeException e) {
      Set.copyOf(own.values()).forEach(OnnxTensor::close);
      throw e;
    }
  }

  private static Map<String, OnnxTensor> named(Set<String> names, Map<String, OnnxTensor> all) {
    Map<String, OnnxTensor> chosen = new LinkedHashMap<>(all);
    chosen.keySet().retainAll(names);
    return chosen;
  }

  private void bindTokens(Shape shape, Map<String, OnnxTensor> own) throws OrtException {
    int tokens = shape.rows * shape.queryLength;
    long[] idShape = {shape.rows, shape.queryLength};
    long[] rowShape = {shape.rows};
    IntBuffer lengths = kvLengths.slice(0, shape.rows);
    own.put("ids", OnnxTensor.createTensor(environment, ids.slice(0, tokens), idShape));
    own.put("seqlens_k", OnnxTensor.createTensor(environment, lengths, rowShape));
  }

  private void bindHandedOver(Shape shape, Map<String, OnnxTensor> own) throws OrtException {
    int size = shape.rows * shape.queryLength * hidden;
    long[] activations = {shape.rows, shape.queryLength, hidden};
    for (Map.Entry<String, FloatBuffer> one : handedOver.entrySet()) {
      FloatBuffer values = one.getValue().slice(0, size);
      own.put(one.getKey(), OnnxTensor.createTensor(environment, values, activations));
    }
  }

  private void bindLogits(Shape shape, Map<String, OnnxTensor> own) throws OrtException {
    long[] wantedShape = {shape.wanted};
    LongBuffer last = wanted.slice(0, shape.wanted);
    own.put("last", OnnxTensor.createTensor(environment, last, wantedShape));
    int size = shape.wanted * vocabulary;
    long[] logitShape = {shape.wanted, vocabulary};
    own.put("logits", OnnxTensor.createTensor(environment, logits.slice(0, size), logitShape));
    own.put("logprobs", OnnxTensor.createTensor(environment, logprobs.slice(0, size), logitShape));
  }

  private void bindCache(Shape shape, Map<String, OnnxTensor> own) throws OrtException {
    long[] cacheShape = cache.shape(shape.rows);
    for (int i = 0; i < cache.tensors(); i++) {
      OnnxTensor tensor =
          OnnxTensor.createTensor(
              environment,
              cache.view(i, shape.firstSlot, shape.rows),
              cacheShape,
              OnnxJavaType.FLOAT);
      String name = (i % 2 == 0 ? "k." : "v.") + i / 2;
      own.put("past_" + name, tensor);
      own.put("present_" + name, tensor);
    }
  }

  /** Closes the tensors; their memory and the session belong to others. */
  @Override
  public void close() {
    shapes.values().forEach(Binding::close);
    shapes.clear();
    fixed.forEach(OnnxTensor::close);
    fixed.clear();
  }
}
