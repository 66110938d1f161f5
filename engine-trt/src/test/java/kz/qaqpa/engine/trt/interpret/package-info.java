/**
 * Computes a graph in plain Java: what its formats and its order of operations make of the numbers,
 * on any machine.
 */
@NullMarked
package kz.qaqpa.engine.trt.interpret;

import org.jspecify.annotations.NullMarked;
