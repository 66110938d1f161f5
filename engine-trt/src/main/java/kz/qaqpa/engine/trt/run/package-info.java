/** The engine: its contexts, its streams, its end, and its new beginning. */
@NullMarked
package kz.qaqpa.engine.trt.run;

import org.jspecify.annotations.NullMarked;
