/** Tests of the ONNX file format. */
@NullMarked
package kz.qaqpa.engine.cpu.onnx;

import org.jspecify.annotations.NullMarked;
