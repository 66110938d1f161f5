package kz.qaqpa.cli.bench.peers.llama;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/** What llama.cpp warns of goes to standard error; the rest, which is much, nowhere. */
final class LlamaLog {
  /** Of {@code enum ggml_log_level}; above errors comes what continues a line. */
  private static final int WARNING = 3;

  private static final int ERROR = 4;
  private static final int MOST_BYTES = 1 << 16;

  private LlamaLog() {}

  /** A {@code ggml_log_callback}, for good. */
  @SuppressWarnings("restricted") // C calls it.
  static MemorySegment callback() throws ReflectiveOperationException {
    MethodHandle line =
        MethodHandles.lookup()
            .findStatic(
                LlamaLog.class,
                "line",
                MethodType.methodType(
                    void.class, int.class, MemorySegment.class, MemorySegment.class));
    return Linker.nativeLinker()
        .upcallStub(
            line,
            FunctionDescriptor.ofVoid(
                ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS),
            Arena.global());
  }

  @SuppressWarnings({"restricted", "UnusedMethod", "UnusedVariable"}) // Called by C.
  private static void line(int level, MemorySegment text, MemorySegment data) {
    if (level == WARNING || level == ERROR) {
      System.err.print(text.reinterpret(MOST_BYTES).getString(0));
    }
  }
}
