package kz.qaqpa.engine.trt.watch;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import kz.qaqpa.engine.trt.library.LibraryException;
import kz.qaqpa.engine.trt.library.NativeLibrary;

/**
 * NVIDIA's management library, {@code libnvidia-ml.so.1}, which comes with the driver. Its calls
 * take microseconds to a few milliseconds and may come from any thread.
 */
final class Nvml implements GpuSensors {
  /** {@code nvmlClockType_t}: the streaming multiprocessors', and the memory's. */
  private static final int CLOCK_SM = 1;

  private static final int CLOCK_MEMORY = 2;
  private static final int TEMPERATURE_GPU = 0;
  private static final double PERCENT = 100;
  private static final double MILLI = 1000;
  private static final double MEGA = 1e6;

  private final Arena arena = Arena.ofAuto();
  private final MemorySegment device;
  private final MethodHandle memory;
  private final MethodHandle utilisation;
  private final MethodHandle power;
  private final MethodHandle clock;
  private final MethodHandle temperature;

  /**
   * Starts it.
   *
   * @param file of the library
   * @throws LibraryException if it does not start, or has no first GPU
   */
  Nvml(Path file) {
    NativeLibrary library = NativeLibrary.load(file);
    check("nvmlInit_v2", library.function("nvmlInit_v2", FunctionDescriptor.of(JAVA_INT)));
    MethodHandle byIndex = library.function("nvmlDeviceGetHandleByIndex_v2", of(JAVA_INT, ADDRESS));
    MemorySegment handle = arena.allocate(ADDRESS);
    check("nvmlDeviceGetHandleByIndex_v2", byIndex, 0, handle);
    device = handle.get(ADDRESS, 0);
    memory = library.function("nvmlDeviceGetMemoryInfo", of(ADDRESS, ADDRESS));
    utilisation = library.function("nvmlDeviceGetUtilizationRates", of(ADDRESS, ADDRESS));
    power = library.function("nvmlDeviceGetPowerUsage", of(ADDRESS, ADDRESS));
    clock = library.function("nvmlDeviceGetClockInfo", of(ADDRESS, JAVA_INT, ADDRESS));
    temperature = library.function("nvmlDeviceGetTemperature", of(ADDRESS, JAVA_INT, ADDRESS));
  }

  private static FunctionDescriptor of(MemoryLayout... arguments) {
    return FunctionDescriptor.of(JAVA_INT, arguments);
  }

  private static void check(String call, MethodHandle handle, Object... arguments) {
    int error;
    try {
      error = (int) handle.invokeWithArguments(arguments);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) { // MethodHandle declares it; a downcall has no checked exceptions.
      throw new IllegalStateException(e);
    }
    if (error != 0) {
      throw new LibraryException(call + ": error " + error, null);
    }
  }

  @Override
  public double memoryUsedBytes() {
    return memory(2);
  }

  @Override
  public double memoryTotalBytes() {
    return memory(0);
  }

  /** A field of {@code nvmlMemory_t}: total, free, used. */
  private double memory(int field) {
    try (Arena confined = Arena.ofConfined()) {
      MemorySegment out = confined.allocate(JAVA_LONG, 3);
      check("nvmlDeviceGetMemoryInfo", memory, device, out);
      return out.getAtIndex(JAVA_LONG, field);
    }
  }

  @Override
  public double utilisation() {
    try (Arena confined = Arena.ofConfined()) {
      MemorySegment out = confined.allocate(JAVA_INT, 2); // Of processors, of memory.
      check("nvmlDeviceGetUtilizationRates", utilisation, device, out);
      return out.get(JAVA_INT, 0) / PERCENT;
    }
  }

  @Override
  public double powerWatts() {
    try (Arena confined = Arena.ofConfined()) {
      MemorySegment out = confined.allocate(JAVA_INT);
      check("nvmlDeviceGetPowerUsage", power, device, out);
      return out.get(JAVA_INT, 0) / MILLI;
    }
  }

  @Override
  public double processorHertz() {
    return kind("nvmlDeviceGetClockInfo", clock, CLOCK_SM) * MEGA;
  }

  @Override
  public double memoryHertz() {
    return kind("nvmlDeviceGetClockInfo", clock, CLOCK_MEMORY) * MEGA;
  }

  @Override
  public double temperatureCelsius() {
    return kind("nvmlDeviceGetTemperature", temperature, TEMPERATURE_GPU);
  }

  private double kind(String call, MethodHandle handle, int kind) {
    try (Arena confined = Arena.ofConfined()) {
      MemorySegment out = confined.allocate(JAVA_INT);
      check(call, handle, device, kind, out);
      return out.get(JAVA_INT, 0);
    }
  }
}
