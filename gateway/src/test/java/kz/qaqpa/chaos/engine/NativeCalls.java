package kz.qaqpa.chaos.engine;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** Calls of the C library that do not come back as they should: no interrupt reaches them. */
final class NativeCalls {
  private static final MethodHandle POLL =
      handle(
          "poll",
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.ADDRESS,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_INT));
  private static final MethodHandle LENGTH =
      handle("strlen", FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.ADDRESS));

  private NativeCalls() {}

  private static MethodHandle handle(String name, FunctionDescriptor descriptor) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(linker.defaultLookup().find(name).orElseThrow(), descriptor);
  }

  /**
   * Waits for nothing.
   *
   * @param millis -1 for ever
   */
  static void sleep(int millis) {
    try {
      int _ = (int) POLL.invokeExact(MemorySegment.NULL, 0L, millis);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  /** Ends the process as a broken driver does: SIGSEGV in native code. */
  static void crash() {
    try {
      long _ = (long) LENGTH.invokeExact(MemorySegment.NULL);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }
}
