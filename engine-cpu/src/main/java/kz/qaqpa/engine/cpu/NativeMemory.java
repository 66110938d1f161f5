package kz.qaqpa.engine.cpu;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import kz.qaqpa.engine.EngineFault;

/**
 * Zeroed native memory that costs nothing until it is touched.
 *
 * <p>{@link Arena#allocate} and direct buffers write zeros to every page at once, which would make
 * a KV cache of gigabytes resident before its first token. C's {@code calloc} gets large blocks
 * from the system, whose fresh pages are zero already and are given memory one by one.
 */
@SuppressWarnings("restricted") // size and lifetime of foreign memory are what we say they are
final class NativeMemory {
  /** Vector loads of the kernels do not straddle cache lines then. */
  private static final long ALIGNMENT = 64;

  private static final MethodHandle CALLOC =
      handle(
          "calloc",
          FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
  private static final MethodHandle FREE =
      handle("free", FunctionDescriptor.ofVoid(ValueLayout.ADDRESS));

  private NativeMemory() {}

  /**
   * Allocates memory that is freed when the arena closes.
   *
   * @throws EngineFault.Fatal if the system has none
   */
  static MemorySegment allocate(Arena arena, long bytes) {
    MemorySegment block;
    try {
      block = (MemorySegment) CALLOC.invokeExact(1L, bytes + ALIGNMENT);
    } catch (Throwable impossible) {
      throw new AssertionError("calloc throws nothing", impossible);
    }
    if (block.address() == 0) {
      throw new EngineFault.Fatal("calloc: no " + bytes + " bytes of memory", null);
    }
    MemorySegment owned =
        block.reinterpret(bytes + ALIGNMENT, arena, segment -> free(segment.address()));
    return owned.asSlice(-block.address() & (ALIGNMENT - 1), bytes, ALIGNMENT);
  }

  private static void free(long address) {
    try {
      FREE.invokeExact(MemorySegment.ofAddress(address));
    } catch (Throwable impossible) {
      throw new AssertionError("free throws nothing", impossible);
    }
  }

  private static MethodHandle handle(String name, FunctionDescriptor type) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), type);
  }
}
