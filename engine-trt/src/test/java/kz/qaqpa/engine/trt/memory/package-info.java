@NullMarked
package kz.qaqpa.engine.trt.memory;

import org.jspecify.annotations.NullMarked;
