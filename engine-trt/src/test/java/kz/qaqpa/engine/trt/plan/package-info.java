@NullMarked
package kz.qaqpa.engine.trt.plan;

import org.jspecify.annotations.NullMarked;
