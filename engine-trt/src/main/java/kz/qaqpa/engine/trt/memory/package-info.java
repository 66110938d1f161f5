/** A device's memory: how much a model takes, where the cache lies, who owns what. */
@NullMarked
package kz.qaqpa.engine.trt.memory;

import org.jspecify.annotations.NullMarked;
