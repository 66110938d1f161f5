/** The embedded engine: ONNX Runtime on the CPU, its graph generated from the checkpoint. */
@NullMarked
package kz.qaqpa.engine.cpu;

import org.jspecify.annotations.NullMarked;
