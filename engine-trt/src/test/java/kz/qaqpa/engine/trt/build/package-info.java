@NullMarked
package kz.qaqpa.engine.trt.build;

import org.jspecify.annotations.NullMarked;
