package kz.qaqpa.engine.trt.memory;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;
import kz.qaqpa.engine.trt.device.Device;
import org.jspecify.annotations.Nullable;

/**
 * The owner of everything native that an engine has: each thing is closed exactly once, the last
 * one made first, whatever goes wrong in between. Confined to the engine's thread.
 */
public final class Resources implements AutoCloseable {
  private final Device device;
  private final Deque<AutoCloseable> owned = new ArrayDeque<>();

  /**
   * @param device closed last
   */
  public Resources(Device device) {
    this.device = own(device);
  }

  public Device device() {
    return device;
  }

  /** Takes over something to close. */
  public <T extends AutoCloseable> T own(T thing) {
    owned.push(thing);
    return thing;
  }

  /** Device memory. */
  public long allocate(long bytes) {
    long address = device.allocate(bytes);
    owned.push(() -> device.free(address));
    return address;
  }

  /** Pinned host memory. */
  public MemorySegment allocatePinned(long bytes) {
    MemorySegment memory = device.allocatePinned(bytes);
    owned.push(() -> device.freePinned(memory));
    return memory;
  }

  /**
   * Closes everything; a second time does nothing.
   *
   * @throws RuntimeException the first failure, the others suppressed in it, after all was tried
   */
  @Override
  public void close() {
    RuntimeException first = null;
    while (!owned.isEmpty()) {
      first = close(owned.pop(), first);
    }
    if (first != null) {
      throw first;
    }
  }

  private static @Nullable RuntimeException close(
      AutoCloseable thing, @Nullable RuntimeException first) {
    try {
      thing.close();
      return first;
    } catch (Exception e) {
      RuntimeException failure = e instanceof RuntimeException r ? r : new IllegalStateException(e);
      if (first == null) {
        return failure;
      }
      first.addSuppressed(failure);
      return first;
    }
  }
}
