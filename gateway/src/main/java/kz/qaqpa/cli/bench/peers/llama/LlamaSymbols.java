package kz.qaqpa.cli.bench.peers.llama;

import java.io.IOException;
import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * The functions of {@code libllama} that a benchmark needs, by the JDK's foreign functions. Layouts
 * are those of {@code include/llama.h} in release v0.5.0 of llama.cpp, which {@link #PACKAGE} has;
 * sizes of structs and some defaults in them are checked, so that another release is refused
 * instead of misread.
 */
@SuppressWarnings("restricted") // Calling C is the point.
final class LlamaSymbols {
  /** The package of npm whose libraries fit, but for the platform at its end. */
  static final String PACKAGE = "@node-llama-cpp/";

  static final String VERSION = "3.22.1";

  /** Bytes of {@code struct llama_model_params}, given and taken by value. */
  private static final MemoryLayout MODEL_PARAMS = bytes(80);

  /** Of {@code struct llama_context_params}: {@code n_ctx} to {@code n_samplers}. */
  private static final MemoryLayout CONTEXT_PARAMS = bytes(160);

  /** Of {@code struct llama_batch}. */
  private static final MemoryLayout BATCH = bytes(56);

  private static final AddressLayout POINTER = ValueLayout.ADDRESS;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;

  final MethodHandle modelDefaults;
  final MethodHandle loadModel;
  final MethodHandle freeModel;
  final MethodHandle contextDefaults;
  final MethodHandle newContext;
  final MethodHandle freeContext;
  final MethodHandle memory;
  final MethodHandle removeRange;
  final MethodHandle newBatch;
  final MethodHandle decode;
  final MethodHandle logits;
  final MethodHandle vocabulary;
  final MethodHandle vocabularySize;
  final MethodHandle tokenize;

  private LlamaSymbols(SymbolLookup llama) {
    modelDefaults = find(llama, "llama_model_default_params", FunctionDescriptor.of(MODEL_PARAMS));
    loadModel =
        find(
            llama,
            "llama_model_load_from_file",
            FunctionDescriptor.of(POINTER, POINTER, MODEL_PARAMS));
    freeModel = find(llama, "llama_model_free", FunctionDescriptor.ofVoid(POINTER));
    contextDefaults =
        find(llama, "llama_context_default_params", FunctionDescriptor.of(CONTEXT_PARAMS));
    newContext =
        find(
            llama,
            "llama_init_from_model",
            FunctionDescriptor.of(POINTER, POINTER, CONTEXT_PARAMS));
    freeContext = find(llama, "llama_free", FunctionDescriptor.ofVoid(POINTER));
    memory = find(llama, "llama_get_memory", FunctionDescriptor.of(POINTER, POINTER));
    removeRange =
        find(
            llama,
            "llama_memory_seq_rm",
            FunctionDescriptor.of(ValueLayout.JAVA_BOOLEAN, POINTER, INT, INT, INT));
    newBatch = find(llama, "llama_batch_init", FunctionDescriptor.of(BATCH, INT, INT, INT));
    decode = find(llama, "llama_decode", FunctionDescriptor.of(INT, POINTER, BATCH));
    logits = find(llama, "llama_get_logits_ith", FunctionDescriptor.of(POINTER, POINTER, INT));
    vocabulary = find(llama, "llama_model_get_vocab", FunctionDescriptor.of(POINTER, POINTER));
    vocabularySize = find(llama, "llama_vocab_n_tokens", FunctionDescriptor.of(INT, POINTER));
    tokenize =
        find(
            llama,
            "llama_tokenize",
            FunctionDescriptor.of(
                INT,
                POINTER,
                POINTER,
                INT,
                POINTER,
                INT,
                ValueLayout.JAVA_BOOLEAN,
                ValueLayout.JAVA_BOOLEAN));
  }

  /**
   * Loads the libraries of a folder, for good, and the kernels that fit this processor best.
   *
   * @throws IOException if the folder lacks one, or has another release
   */
  static LlamaSymbols load(Path folder) throws IOException {
    SymbolLookup ggml = library(folder, "libggml.");
    SymbolLookup llama = library(folder, "libllama.");
    LlamaSymbols symbols = new LlamaSymbols(llama);
    MethodHandle kernels =
        find(ggml, "ggml_backend_load_all_from_path", FunctionDescriptor.ofVoid(POINTER));
    MethodHandle begin = find(llama, "llama_backend_init", FunctionDescriptor.ofVoid());
    MethodHandle log = find(llama, "llama_log_set", FunctionDescriptor.ofVoid(POINTER, POINTER));
    try (Arena arena = Arena.ofConfined()) {
      log.invoke(LlamaLog.callback(), MemorySegment.NULL);
      kernels.invoke(arena.allocateFrom(folder.toString()));
      begin.invoke();
      symbols.check(folder, arena);
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
    return symbols;
  }

  /**
   * Defaults where we expect them: contexts of 512 in batches of 2048, one sequence, caches f16.
   */
  private void check(Path folder, Arena arena) throws Throwable {
    MemorySegment context = (MemorySegment) contextDefaults.invoke(arena);
    List<Integer> found =
        List.of(
            context.get(INT, Field.N_CTX),
            context.get(INT, Field.N_BATCH),
            context.get(INT, Field.N_SEQ_MAX),
            context.get(INT, Field.N_THREADS),
            context.get(INT, Field.TYPE_K),
            context.get(INT, Field.TYPE_V));
    List<Integer> expected = List.of(512, 2048, 1, 4, 1, 1);
    if (!found.equals(expected)) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "%s: llama_context_default_params() has %s (expected: %s, as in %s %s)",
              folder,
              found,
              expected,
              PACKAGE,
              VERSION));
    }
  }

  /** Offsets in {@code struct llama_context_params}. */
  static final class Field {
    static final int N_CTX = 0;
    static final int N_BATCH = 4;
    static final int N_UBATCH = 8;
    static final int N_SEQ_MAX = 12;
    static final int N_THREADS = 28;
    static final int N_THREADS_BATCH = 32;
    static final int TYPE_K = 104;
    static final int TYPE_V = 108;

    private Field() {}
  }

  private static SymbolLookup library(Path folder, String prefix) throws IOException {
    try (var files = Files.list(folder)) {
      Path file =
          files
              .filter(candidate -> candidate.getFileName().toString().startsWith(prefix))
              .findFirst()
              .orElseThrow(() -> new IOException(folder + ": no " + prefix + "so in it"));
      return SymbolLookup.libraryLookup(file, Arena.global());
    }
  }

  private static MethodHandle find(SymbolLookup library, String name, FunctionDescriptor type) {
    MemorySegment address =
        library
            .find(name)
            .orElseThrow(() -> new IllegalStateException(name + ": not in the library"));
    return Linker.nativeLinker().downcallHandle(address, type);
  }

  private static MemoryLayout bytes(int size) {
    return MemoryLayout.structLayout(
        MemoryLayout.sequenceLayout(size / Long.BYTES, ValueLayout.JAVA_LONG));
  }
}
