/** From a graph to a plan, and what is seen of it meanwhile. */
@NullMarked
package kz.qaqpa.engine.trt.build;

import org.jspecify.annotations.NullMarked;
