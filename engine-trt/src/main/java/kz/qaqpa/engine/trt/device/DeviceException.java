package kz.qaqpa.engine.trt.device;

import kz.qaqpa.engine.EngineFault;
import org.jspecify.annotations.Nullable;

/** A call to the device failed. */
public final class DeviceException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final boolean lasting;

  /**
   * @param call the function that failed, with what tells which work it was
   * @param error its error, as {@code cudaErrorIllegalAddress (700)}, and TensorRT's words
   * @param lasting whether every later call fails too
   */
  public DeviceException(String call, String error, boolean lasting, @Nullable Throwable cause) {
    super(call + ": " + error, cause);
    this.lasting = lasting;
  }

  /** Whether the device is of no use any more to this process's context. */
  public boolean lasting() {
    return lasting;
  }

  /**
   * The same where it cannot be gone on after it, though the device could.
   *
   * @param during what it spoiled
   */
  public DeviceException asLasting(String during) {
    return new DeviceException(during, String.valueOf(getMessage()), true, this);
  }

  /** As whoever called the engine hears it. */
  public EngineFault fault() {
    return lasting
        ? new EngineFault.Fatal(String.valueOf(getMessage()), this)
        : new EngineFault.Transient(String.valueOf(getMessage()), this);
  }
}
