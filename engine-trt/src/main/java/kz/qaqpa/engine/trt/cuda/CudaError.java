package kz.qaqpa.engine.trt.cuda;

import java.util.Set;

/**
 * What an error of CUDA's runtime means for the calls after it. Functions only.
 *
 * <p>By CUDA's documentation ("Error Handling" of the runtime API), errors of work that ran leave
 * the process's context unusable: every later call returns the same. Errors of a call that was
 * refused leave it as it was. The second kind is listed here, whatever is not is taken for the
 * first: an engine that goes on upon a broken context would answer nonsense.
 */
final class CudaError {
  private static final Set<Integer> REFUSED =
      Set.of(
          1, // cudaErrorInvalidValue
          2, // cudaErrorMemoryAllocation
          9, // cudaErrorInvalidConfiguration
          12, // cudaErrorInvalidPitchValue
          98, // cudaErrorInvalidDeviceFunction
          209, // cudaErrorNoKernelImageForDevice
          222, // cudaErrorUnsupportedPtxVersion
          600, // cudaErrorNotReady
          701, // cudaErrorLaunchOutOfResources
          900, // cudaErrorStreamCaptureUnsupported, and what else can end a capture
          901, 902, 903, 904, 905, 906, 907, 908, 909);

  private CudaError() {}

  /** Whether every later call fails too. */
  static boolean lasting(int error) {
    return error != 0 && !REFUSED.contains(error);
  }
}
