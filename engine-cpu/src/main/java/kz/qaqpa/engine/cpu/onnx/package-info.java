/** Just enough of the ONNX file format to write a graph with weights beside it. */
@NullMarked
package kz.qaqpa.engine.cpu.onnx;

import org.jspecify.annotations.NullMarked;
