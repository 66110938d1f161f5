/** What of NVIDIA's software a machine has, and how what it lacks is put in a folder. */
@NullMarked
package kz.qaqpa.engine.trt.library;

import org.jspecify.annotations.NullMarked;
