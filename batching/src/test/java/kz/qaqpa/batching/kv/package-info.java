/** Tests of {@code kv}. */
@NullMarked
package kz.qaqpa.batching.kv;

import org.jspecify.annotations.NullMarked;
