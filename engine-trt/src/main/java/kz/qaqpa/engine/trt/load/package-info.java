/** From a machine, a model and settings to an engine. */
@NullMarked
package kz.qaqpa.engine.trt.load;

import org.jspecify.annotations.NullMarked;
