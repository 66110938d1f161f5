/** A step's plan as inputs of a network, and a network's outputs as a step's results. */
@NullMarked
package kz.qaqpa.engine.trt.step;

import org.jspecify.annotations.NullMarked;
