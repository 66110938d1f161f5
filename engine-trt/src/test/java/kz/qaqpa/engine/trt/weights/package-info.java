@NullMarked
package kz.qaqpa.engine.trt.weights;

import org.jspecify.annotations.NullMarked;
