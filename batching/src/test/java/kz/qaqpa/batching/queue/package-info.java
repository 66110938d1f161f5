/** Tests of who is next. */
@NullMarked
package kz.qaqpa.batching.queue;

import org.jspecify.annotations.NullMarked;
