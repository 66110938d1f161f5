/** The one thread of a model, what reaches it, and what leaves it. */
@NullMarked
package kz.qaqpa.batching.loop;

import org.jspecify.annotations.NullMarked;
