/** Tests of {@code kv.host}. */
@NullMarked
package kz.qaqpa.batching.kv.host;

import org.jspecify.annotations.NullMarked;
