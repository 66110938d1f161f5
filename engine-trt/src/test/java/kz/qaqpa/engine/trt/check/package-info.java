/** What only a GPU can tell, as a table: run by engine-trt/gpu-check. */
@NullMarked
package kz.qaqpa.engine.trt.check;

import org.jspecify.annotations.NullMarked;
