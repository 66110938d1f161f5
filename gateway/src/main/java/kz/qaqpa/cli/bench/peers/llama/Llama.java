package kz.qaqpa.cli.bench.peers.llama;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import kz.qaqpa.cli.bench.peers.llama.LlamaSymbols.Field;
import org.jspecify.annotations.Nullable;

/**
 * One model in llama.cpp with one context, in this process: what {@code llama_decode} does and no
 * more. Sequences have buffers of their own ({@code kv_unified} off, its default), flash attention
 * is as llama.cpp chooses. Confined to one thread.
 */
@SuppressWarnings("restricted") // Calling C is the point; sizes of arrays are known to us only.
public final class Llama implements AutoCloseable {
  /** Tokens of one call of {@code llama_decode}, and of one pass inside: its own default. */
  public static final int BATCH = 512;

  private static final int F32 = 0;
  private static final int TOKENS = 8;
  private static final int POSITIONS = 24;
  private static final int SEQUENCE_COUNTS = 32;
  private static final int SEQUENCES = 40;
  private static final int LOGITS = 48;

  private final Arena arena = Arena.ofConfined();
  private final LlamaSymbols symbols;
  private final MemorySegment model;
  private final MemorySegment vocabulary;
  private final int vocabularySize;
  private final MemorySegment context;
  private final MemorySegment memory;
  private final MemorySegment batch;
  private final MemorySegment tokens;
  private final MemorySegment positions;
  private final MemorySegment sequences;
  private final MemorySegment wanted;
  private float[] row = {};
  private int filled;

  /**
   * How to run it.
   *
   * @param threads of its kernels
   * @param sequences at once
   * @param length of the longest of them, in tokens
   * @param exactCache whether keys and values are kept in f32 instead of llama.cpp's own f16
   */
  public record Setup(int threads, int sequences, int length, boolean exactCache) {}

  /**
   * Loads a model.
   *
   * @param libraries folder of a {@link NativeLlama}
   * @throws IOException if a library or the model cannot be loaded; llama.cpp says why on standard
   *     error
   */
  public Llama(Path libraries, Path gguf, Setup setup) throws IOException {
    symbols = LlamaSymbols.load(libraries);
    SegmentAllocator values = arena;
    model =
        here(
            gguf + ": llama.cpp cannot load it, see its log",
            () ->
                symbols.loadModel.invoke(
                    arena.allocateFrom(gguf.toString()),
                    (MemorySegment) symbols.modelDefaults.invoke(values)));
    vocabulary = here("no vocabulary", () -> symbols.vocabulary.invoke(model));
    vocabularySize = (int) call(() -> symbols.vocabularySize.invoke(vocabulary));
    MemorySegment params = (MemorySegment) call(() -> symbols.contextDefaults.invoke(values));
    params.set(ValueLayout.JAVA_INT, Field.N_CTX, setup.sequences * setup.length);
    params.set(ValueLayout.JAVA_INT, Field.N_BATCH, BATCH);
    params.set(ValueLayout.JAVA_INT, Field.N_UBATCH, BATCH);
    params.set(ValueLayout.JAVA_INT, Field.N_SEQ_MAX, setup.sequences);
    params.set(ValueLayout.JAVA_INT, Field.N_THREADS, setup.threads);
    params.set(ValueLayout.JAVA_INT, Field.N_THREADS_BATCH, setup.threads);
    if (setup.exactCache) {
      params.set(ValueLayout.JAVA_INT, Field.TYPE_K, F32);
      params.set(ValueLayout.JAVA_INT, Field.TYPE_V, F32);
    }
    context = here("no context, see the log", () -> symbols.newContext.invoke(model, params));
    memory = here("no memory", () -> symbols.memory.invoke(context));
    batch = (MemorySegment) call(() -> symbols.newBatch.invoke(values, BATCH, 0, 1));
    tokens = array(TOKENS, BATCH * (long) Integer.BYTES);
    positions = array(POSITIONS, BATCH * (long) Integer.BYTES);
    MemorySegment counts = array(SEQUENCE_COUNTS, BATCH * (long) Integer.BYTES);
    sequences = array(SEQUENCES, BATCH * ValueLayout.ADDRESS.byteSize());
    wanted = array(LOGITS, BATCH);
    for (int i = 0; i < BATCH; i++) {
      counts.setAtIndex(ValueLayout.JAVA_INT, i, 1);
    }
  }

  private MemorySegment array(int field, long bytes) {
    return batch.get(ValueLayout.ADDRESS, field).reinterpret(bytes);
  }

  private MemorySegment here(String otherwise, Call call) throws IOException {
    MemorySegment pointer = (MemorySegment) call(call);
    if (pointer.address() == 0) {
      close();
      throw new IOException(otherwise);
    }
    return pointer;
  }

  /** A call of a function of C's, none of which throws. */
  @FunctionalInterface
  private interface Call {
    @Nullable Object run() throws Throwable;
  }

  @SuppressWarnings("NullAway") // What returns nothing is not looked at.
  private static Object call(Call call) {
    try {
      return call.run();
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  /** Tokens in the batch so far. */
  public int filled() {
    return filled;
  }

  /**
   * Adds a token to the batch, of at most {@link #BATCH}.
   *
   * @param sequence that it belongs to
   * @param position in that
   * @param wantsLogits whether {@link #best} will be asked
   */
  public void add(int sequence, int position, int token, boolean wantsLogits) {
    tokens.setAtIndex(ValueLayout.JAVA_INT, filled, token);
    positions.setAtIndex(ValueLayout.JAVA_INT, filled, position);
    sequences
        .getAtIndex(ValueLayout.ADDRESS, filled)
        .reinterpret(Integer.BYTES)
        .set(ValueLayout.JAVA_INT, 0, sequence);
    wanted.set(ValueLayout.JAVA_BYTE, filled, (byte) (wantsLogits ? 1 : 0));
    filled++;
  }

  /** Computes the batch, after which it is empty. */
  public void decode() {
    batch.set(ValueLayout.JAVA_INT, 0, filled);
    filled = 0;
    int status = (int) call(() -> symbols.decode.invoke(context, batch));
    if (status != 0) {
      throw new IllegalStateException("llama_decode: " + status + " (expected: 0)");
    }
  }

  /**
   * The likeliest token behind one of the last batch.
   *
   * @param index of it in the batch
   */
  public int best(int index) {
    MemorySegment logits =
        ((MemorySegment) call(() -> symbols.logits.invoke(context, index)))
            .reinterpret(vocabularySize * (long) Float.BYTES);
    if (row.length == 0) {
      row = new float[vocabularySize];
    }
    MemorySegment.copy(logits, ValueLayout.JAVA_FLOAT, 0, row, 0, vocabularySize);
    int best = 0;
    for (int i = 1; i < row.length; i++) {
      if (row[i] > row[best]) {
        best = i;
      }
    }
    return best;
  }

  /** Drops what a sequence has from a position on. */
  public void forget(int sequence, int from) {
    call(() -> symbols.removeRange.invoke(memory, sequence, from, -1));
  }

  /** llama.cpp's own tokens of a text, special ones read as such, nothing put in front. */
  public int[] tokenize(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment in = scratch.allocateFrom(ValueLayout.JAVA_BYTE, bytes);
      int most = bytes.length + 1;
      MemorySegment out = scratch.allocate(ValueLayout.JAVA_INT, most);
      int count =
          (int)
              call(() ->
                  symbols.tokenize.invoke(vocabulary, in, bytes.length, out, most, false, true));
      return Arrays.copyOf(out.toArray(ValueLayout.JAVA_INT), count);
    }
  }

  @Override
  @SuppressWarnings("ConstantValue") // Also called while it is half made.
  public void close() {
    if (arena.scope().isAlive()) {
      free(context, symbols.freeContext);
      free(model, symbols.freeModel);
      arena.close();
    }
  }

  private static void free(
      @Nullable MemorySegment pointer, java.lang.invoke.MethodHandle function) {
    if (pointer != null && pointer.address() != 0) {
      call(() -> function.invoke(pointer));
    }
  }
}
