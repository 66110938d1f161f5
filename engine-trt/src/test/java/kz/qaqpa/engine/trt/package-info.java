@NullMarked
package kz.qaqpa.engine.trt;

import org.jspecify.annotations.NullMarked;
