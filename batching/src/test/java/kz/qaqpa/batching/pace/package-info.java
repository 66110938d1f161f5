/** Tests of the pace of steps. */
@NullMarked
package kz.qaqpa.batching.pace;

import org.jspecify.annotations.NullMarked;
