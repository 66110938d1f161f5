/** Tests of {@code loop}. */
@NullMarked
package kz.qaqpa.batching.loop;

import org.jspecify.annotations.NullMarked;
