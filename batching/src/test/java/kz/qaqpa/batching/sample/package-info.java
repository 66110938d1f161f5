/** Tests of {@code sample}. */
@NullMarked
package kz.qaqpa.batching.sample;

import org.jspecify.annotations.NullMarked;
