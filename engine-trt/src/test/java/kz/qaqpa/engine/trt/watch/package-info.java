@NullMarked
package kz.qaqpa.engine.trt.watch;

import org.jspecify.annotations.NullMarked;
