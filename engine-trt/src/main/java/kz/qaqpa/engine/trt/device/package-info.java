/**
 * A GPU as the engine uses it: addresses, streams, programs. Interfaces here, one implementation on
 * CUDA and TensorRT; tests have one in plain memory.
 */
@NullMarked
package kz.qaqpa.engine.trt.device;

import org.jspecify.annotations.NullMarked;
