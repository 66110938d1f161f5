package kz.qaqpa.engine.cpu;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Keeps ONNX Runtime from calling home. Since 1.29 its official Linux build reports to its maker by
 * default, starting while it is loaded, before {@code OrtEnvironment.setTelemetry(false)} can be
 * called; and it overruns its stack, which ends the JVM, where the command line is longer than some
 * 3,000 characters. Both are off if its environment variable says so before it is loaded, and only
 * C can set a variable of the process that runs.
 */
final class Telemetry {
  private static final String VARIABLE = "ORT_DISABLE_TELEMETRY";
  private static final int OVERWRITE = 1;

  private Telemetry() {}

  /** Sets the variable; to be called before the runtime's library is loaded. */
  @SuppressWarnings("restricted") // A downcall is the point.
  static void disable() {
    Linker linker = Linker.nativeLinker();
    MemorySegment address =
        linker
            .defaultLookup()
            .find("setenv")
            .orElseThrow(() -> new IllegalStateException("no setenv in the C library"));
    MethodHandle setenv =
        linker.downcallHandle(
            address,
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.ADDRESS,
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_INT));
    try (Arena arena = Arena.ofConfined()) {
      int result =
          (int)
              setenv.invokeExact(arena.allocateFrom(VARIABLE), arena.allocateFrom("1"), OVERWRITE);
      if (result != 0) {
        throw new IllegalStateException("setenv(" + VARIABLE + ") failed");
      }
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) { // MethodHandle declares it; a downcall has no checked exceptions.
      throw new IllegalStateException(e);
    }
  }
}
