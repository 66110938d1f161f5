/** From a checkpoint to the graph that ONNX Runtime runs, and the cache of such graphs. */
@NullMarked
package kz.qaqpa.engine.cpu.graph;

import org.jspecify.annotations.NullMarked;
