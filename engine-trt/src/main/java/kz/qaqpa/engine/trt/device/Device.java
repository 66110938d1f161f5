package kz.qaqpa.engine.trt.device;

import java.lang.foreign.MemorySegment;

/**
 * A GPU. Device memory is named by its address; pinned host memory, which copies run from without a
 * detour, by its segment or address. All methods throw {@link DeviceException} if the call fails.
 * Whoever makes a thing closes it. Confined to one thread.
 */
public interface Device extends AutoCloseable {

  /**
   * Memory of the device.
   *
   * @param freeBytes what can still be allocated
   * @param totalBytes all of it
   */
  record Memory(long freeBytes, long totalBytes) {}

  /** Measures. */
  Memory memory();

  /**
   * Allocates device memory, filled with zeros.
   *
   * @return its address, a multiple of 256
   */
  long allocate(long bytes);

  /** Frees what {@link #allocate} gave. */
  void free(long address);

  /** Allocates pinned host memory, filled with zeros. */
  MemorySegment allocatePinned(long bytes);

  /** Frees what {@link #allocatePinned} gave. */
  void freePinned(MemorySegment memory);

  /** A new stream. */
  Stream stream();

  /** A new event, recorded nowhere yet. */
  Event event();

  /**
   * Makes a program of what TensorRT serialised.
   *
   * @param plan may be freed afterwards
   * @param name for messages
   */
  Program load(MemorySegment plan, String name);

  /** Ends; everything made by it is closed before. */
  @Override
  void close();
}
