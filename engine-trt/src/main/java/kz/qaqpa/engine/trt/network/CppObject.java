package kz.qaqpa.engine.trt.network;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;

/**
 * C++'s {@code delete} for TensorRT's objects, which JavaCPP's classes lack.
 *
 * <p>All of them have a virtual destructor, and it is the first virtual function of their base
 * class: by the Itanium C++ ABI (2.5.2, "Virtual Table Components") the second entry of the virtual
 * table is the destructor that frees the memory too.
 */
public final class CppObject {
  private static final long DELETING_DESTRUCTOR = 1;

  @SuppressWarnings("restricted") // called with the table's own addresses only
  private static final MethodHandle DESTRUCTOR =
      Linker.nativeLinker().downcallHandle(FunctionDescriptor.ofVoid(ValueLayout.ADDRESS));

  private CppObject() {}

  /** Deletes an object that TensorRT made and handed over. Null is nothing; never twice. */
  @SuppressWarnings("restricted") // a C++ object begins with the address of its virtual table
  public static void delete(@Nullable Pointer object) {
    if (object == null || object.isNull()) {
      return;
    }
    MemorySegment self = MemorySegment.ofAddress(object.address());
    MemorySegment table =
        self.reinterpret(ValueLayout.ADDRESS.byteSize())
            .get(ValueLayout.ADDRESS, 0)
            .reinterpret(2 * ValueLayout.ADDRESS.byteSize());
    try {
      DESTRUCTOR.invokeExact(table.getAtIndex(ValueLayout.ADDRESS, DELETING_DESTRUCTOR), self);
    } catch (Throwable impossible) {
      throw new AssertionError("a destructor throws nothing", impossible);
    }
    object.setNull();
  }
}
