@NullMarked
package kz.qaqpa.engine.trt.graph;

import org.jspecify.annotations.NullMarked;
