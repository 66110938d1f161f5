/**
 * A graph as a TensorRT network: through the API, layer by layer, each checked when it is added.
 *
 * <p>{@link kz.qaqpa.engine.trt.network.TensorRtNetwork} is the door. TensorRT's libraries must be
 * loaded before any class of this package is used.
 */
@NullMarked
package kz.qaqpa.engine.trt.network;

import org.jspecify.annotations.NullMarked;
