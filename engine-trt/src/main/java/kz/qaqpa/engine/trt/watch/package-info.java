/** What is seen of a GPU while it works, through NVIDIA's management library. */
@NullMarked
package kz.qaqpa.engine.trt.watch;

import org.jspecify.annotations.NullMarked;
