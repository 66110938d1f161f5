/** Commands that the engine brings: compiling a model, installing libraries. */
@NullMarked
package kz.qaqpa.engine.trt.tool;

import org.jspecify.annotations.NullMarked;
