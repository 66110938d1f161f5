/**
 * The forward pass of a Llama as a graph of typed operations, before any library sees it: what
 * TensorRT is given, and what a test can compute in plain Java.
 *
 * <p>{@link kz.qaqpa.engine.trt.graph.LlamaGraph} writes it; read that first.
 */
@NullMarked
package kz.qaqpa.engine.trt.graph;

import org.jspecify.annotations.NullMarked;
