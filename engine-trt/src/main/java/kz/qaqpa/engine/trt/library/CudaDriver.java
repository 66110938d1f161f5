package kz.qaqpa.engine.trt.library;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * CUDA's driver interface, the six calls of it that tell what there is. Through foreign functions,
 * so that a machine is looked at before anything of TensorRT is loaded.
 *
 * @param cudaVersion newest CUDA that the driver can run, 13030 for 13.3
 * @param gpus its GPUs
 */
public record CudaDriver(int cudaVersion, List<Gpu> gpus) implements Driver {
  private static final int NAME_BYTES = 256;
  private static final int CAPABILITY_MAJOR = 75;
  private static final int CAPABILITY_MINOR = 76;
  private static final int NO_DEVICE = 100;

  public CudaDriver {
    gpus = List.copyOf(gpus);
  }

  /**
   * Starts the driver.
   *
   * @throws LibraryException naming the call that failed, and its error
   */
  public static Driver start(Path libcuda) {
    NativeLibrary library = NativeLibrary.load(libcuda);
    try (Arena arena = Arena.ofConfined()) {
      Calls calls = new Calls(library, arena);
      int version = calls.ints("cuDriverGetVersion");
      int started = calls.call("cuInit", FunctionDescriptor.of(JAVA_INT, JAVA_INT), 0);
      if (started == NO_DEVICE) {
        return new CudaDriver(version, List.of());
      }
      calls.check("cuInit", started);
      List<Gpu> gpus = new ArrayList<>();
      int count = calls.ints("cuDeviceGetCount");
      for (int device = 0; device < count; device++) {
        gpus.add(calls.gpu(device));
      }
      return new CudaDriver(version, gpus);
    }
  }

  /** Calls with their out-parameters in an arena. */
  private record Calls(NativeLibrary library, Arena arena) {

    Gpu gpu(int device) {
      return new Gpu(
          name(device),
          attribute(CAPABILITY_MAJOR, device),
          attribute(CAPABILITY_MINOR, device),
          memory(device));
    }

    /** A call with one int out. */
    int ints(String name) {
      MemorySegment out = arena.allocate(JAVA_INT);
      check(name, call(name, FunctionDescriptor.of(JAVA_INT, ADDRESS), out));
      return out.get(JAVA_INT, 0);
    }

    private int attribute(int attribute, int device) {
      MemorySegment out = arena.allocate(JAVA_INT);
      FunctionDescriptor type = of(ADDRESS, JAVA_INT, JAVA_INT);
      check("cuDeviceGetAttribute", call("cuDeviceGetAttribute", type, out, attribute, device));
      return out.get(JAVA_INT, 0);
    }

    private String name(int device) {
      MemorySegment out = arena.allocate(NAME_BYTES);
      FunctionDescriptor type = of(ADDRESS, JAVA_INT, JAVA_INT);
      check("cuDeviceGetName", call("cuDeviceGetName", type, out, NAME_BYTES - 1, device));
      return out.getString(0);
    }

    private long memory(int device) {
      MemorySegment out = arena.allocate(JAVA_LONG);
      FunctionDescriptor type = of(ADDRESS, JAVA_INT);
      check("cuDeviceTotalMem_v2", call("cuDeviceTotalMem_v2", type, out, device));
      return out.get(JAVA_LONG, 0);
    }

    private static FunctionDescriptor of(MemoryLayout... arguments) {
      return FunctionDescriptor.of(JAVA_INT, arguments);
    }

    int call(String name, FunctionDescriptor type, Object... arguments) {
      MethodHandle handle = library.function(name, type);
      try {
        return (int) handle.invokeWithArguments(arguments);
      } catch (RuntimeException | Error e) {
        throw e;
      } catch (Throwable e) { // MethodHandle declares it; a downcall has no checked exceptions.
        throw new IllegalStateException(e);
      }
    }

    void check(String name, int error) {
      if (error != 0) {
        throw new LibraryException(name + ": " + errorName(error), null);
      }
    }

    /** As {@code CUDA_ERROR_SYSTEM_DRIVER_MISMATCH (803)}. */
    private String errorName(int error) {
      MemorySegment out = arena.allocate(ADDRESS);
      int known = call("cuGetErrorName", of(JAVA_INT, ADDRESS), error, out);
      MemorySegment text = known == 0 ? out.get(ADDRESS, 0) : MemorySegment.NULL;
      return text.address() == 0 ? "error " + error : text(text) + " (" + error + ")";
    }

    @SuppressWarnings("restricted") // A string of the driver's, which it ends with a zero.
    private static String text(MemorySegment address) {
      return address.reinterpret(NAME_BYTES).getString(0);
    }
  }
}
