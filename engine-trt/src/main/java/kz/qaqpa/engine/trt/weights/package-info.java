/** A checkpoint's tensors in the formats and the order that a graph wants them in. */
@NullMarked
package kz.qaqpa.engine.trt.weights;

import org.jspecify.annotations.NullMarked;
