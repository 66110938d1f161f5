package kz.qaqpa.engine.trt.cuda;

import kz.qaqpa.engine.trt.device.DeviceException;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.Pointer;

/** What all calls of CUDA's runtime share. Functions only. */
final class Cuda {
  private Cuda() {}

  /**
   * Checks what a call returned.
   *
   * @throws DeviceException naming call and error
   */
  static void check(String call, int error) {
    if (error != 0) {
      throw new DeviceException(call, name(error), CudaError.lasting(error), null);
    }
  }

  /** As {@code cudaErrorIllegalAddress (700)}. */
  static String name(int error) {
    return cudart.cudaGetErrorName(error).getString() + " (" + error + ")";
  }

  /** A pointer to an address that is not its own to free. */
  static Pointer at(long address) {
    return new Address(address);
  }

  private static final class Address extends Pointer {
    Address(long value) {
      address = value;
    }
  }
}
