/**
 * The device that is one: CUDA's runtime and TensorRT through JavaCPP. NVIDIA's libraries must be
 * loaded before any class of this package but {@code CudaError} is used.
 */
@NullMarked
package kz.qaqpa.engine.trt.cuda;

import org.jspecify.annotations.NullMarked;
