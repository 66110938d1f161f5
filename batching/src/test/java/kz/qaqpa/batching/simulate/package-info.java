/** The real scheduler and caches on virtual time, replaying a trace. */
@NullMarked
package kz.qaqpa.batching.simulate;

import org.jspecify.annotations.NullMarked;
