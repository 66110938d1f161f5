@NullMarked
package kz.qaqpa.engine.trt.device;

import org.jspecify.annotations.NullMarked;
