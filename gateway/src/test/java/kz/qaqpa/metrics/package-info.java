/** Tests of the metrics. */
@NullMarked
package kz.qaqpa.metrics;

import org.jspecify.annotations.NullMarked;
