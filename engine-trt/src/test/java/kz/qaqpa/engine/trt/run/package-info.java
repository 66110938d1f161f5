@NullMarked
package kz.qaqpa.engine.trt.run;

import org.jspecify.annotations.NullMarked;
