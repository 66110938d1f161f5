package kz.qaqpa.engine.trt.build;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A C++ object of TensorRT's class {@code v_1_0::IProgressMonitor} whose functions are Java's.
 *
 * <p>JavaCPP's class of that name cannot be derived from. By the Itanium C++ ABI (2.5.2) an object
 * of such a class is one address, of a table of its virtual functions in the order of their
 * declaration, a virtual destructor taking two places, with two words before the first that tell of
 * the class and may be zero. Nothing may be thrown into C++, where no frame would catch it: what a
 * listener throws is kept, and cancels the build.
 */
@SuppressWarnings({"UnusedMethod", "UnusedVariable"}) // called by C++, found by name
public final class ProgressMonitor implements AutoCloseable {
  private static final StructLayout INTERFACE_INFO =
      MemoryLayout.structLayout(ADDRESS, JAVA_INT, JAVA_INT);
  private static final String KIND = "IProgressMonitor";
  private static final int MAJOR = 1;
  private static final int CPP = 0;
  private static final int SLOTS = 7;

  /** More than any name of a phase has. */
  private static final long MOST_CHARACTERS = 4096;

  private final Arena arena = Arena.ofShared();
  private final BuildListener listener;
  private final MemorySegment info;
  private final MemorySegment object;
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

  /**
   * @param listener what it throws ends the build
   */
  @SuppressWarnings("MustBeClosedChecker") // this owns the arena, close() ends both
  public ProgressMonitor(BuildListener listener) {
    this.listener = listener;
    this.info = arena.allocate(INTERFACE_INFO);
    info.set(ADDRESS, 0, arena.allocateFrom(KIND));
    info.set(JAVA_INT, ADDRESS.byteSize(), MAJOR);
    this.object = arena.allocate(ADDRESS);
    object.set(ADDRESS, 0, table());
  }

  /** Where the object is. */
  public long address() {
    return object.address();
  }

  /** What the listener threw, if it did. */
  public @Nullable Throwable failure() {
    return failure.get();
  }

  private MemorySegment table() {
    MemorySegment table = arena.allocate(ADDRESS, 2L + SLOTS);
    int slot = 2; // Offset to the top, and type information.
    put(table, slot++, "language", FunctionDescriptor.of(JAVA_INT, ADDRESS));
    put(table, slot++, "info", FunctionDescriptor.of(INTERFACE_INFO, ADDRESS));
    put(table, slot++, "destroy", FunctionDescriptor.ofVoid(ADDRESS));
    put(table, slot++, "destroy", FunctionDescriptor.ofVoid(ADDRESS));
    put(
        table,
        slot++,
        "phaseStart",
        FunctionDescriptor.ofVoid(ADDRESS, ADDRESS, ADDRESS, JAVA_INT));
    put(
        table,
        slot++,
        "stepComplete",
        FunctionDescriptor.of(JAVA_BOOLEAN, ADDRESS, ADDRESS, JAVA_INT));
    put(table, slot, "phaseFinish", FunctionDescriptor.ofVoid(ADDRESS, ADDRESS));
    return table.asSlice(2 * ADDRESS.byteSize());
  }

  @SuppressWarnings("restricted") // An upcall is the point.
  private void put(MemorySegment table, int slot, String method, FunctionDescriptor type) {
    try {
      MethodType declared = type.toMethodType();
      MethodHandle handle =
          MethodHandles.lookup().findVirtual(ProgressMonitor.class, method, declared).bindTo(this);
      table.setAtIndex(ADDRESS, slot, Linker.nativeLinker().upcallStub(handle, type, arena));
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(method, e);
    }
  }

  private int language(MemorySegment self) {
    return CPP;
  }

  private MemorySegment info(MemorySegment self) {
    return info;
  }

  private void destroy(MemorySegment self) {
    // TensorRT does not own it: close() frees it.
  }

  private void phaseStart(
      MemorySegment self, MemorySegment phase, MemorySegment parent, int steps) {
    guarded(() -> {
      listener.started(text(phase), text(parent), steps);
      return true;
    });
  }

  private boolean stepComplete(MemorySegment self, MemorySegment phase, int step) {
    return guarded(() -> listener.stepped(text(phase), step));
  }

  private void phaseFinish(MemorySegment self, MemorySegment phase) {
    guarded(() -> {
      listener.finished(text(phase));
      return true;
    });
  }

  private interface Step {
    boolean goesOn();
  }

  private boolean guarded(Step step) {
    try {
      return step.goesOn() && failure.get() == null;
    } catch (Throwable e) { // Of any kind: the virtual machine would end.
      failure.compareAndSet(null, e);
      return false;
    }
  }

  @SuppressWarnings("restricted") // A string of C, which ends with a zero; null is none.
  private static String text(MemorySegment address) {
    return address.address() == 0 ? "" : address.reinterpret(MOST_CHARACTERS).getString(0);
  }

  /** Frees the object; to be called when the build has ended, once. */
  @Override
  public void close() {
    arena.close();
  }
}
