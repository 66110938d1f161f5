/** Whether a request can be answered in time, judged before it waits. */
@NullMarked
package kz.qaqpa.batching.admission;

import org.jspecify.annotations.NullMarked;
