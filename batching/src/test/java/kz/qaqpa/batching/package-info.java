/** Tests of the batching core as its users see it. */
@NullMarked
package kz.qaqpa.batching;

import org.jspecify.annotations.NullMarked;
