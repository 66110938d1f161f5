@NullMarked
package kz.qaqpa.engine.trt.library;

import org.jspecify.annotations.NullMarked;
