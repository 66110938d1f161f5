@NullMarked
package kz.qaqpa.engine.trt.tool;

import org.jspecify.annotations.NullMarked;
