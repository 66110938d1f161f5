/** Compiled models on disk: what they are made for, and whether a file is one. */
@NullMarked
package kz.qaqpa.engine.trt.plan;

import org.jspecify.annotations.NullMarked;
