@NullMarked
package kz.qaqpa.engine.trt.network;

import org.jspecify.annotations.NullMarked;
