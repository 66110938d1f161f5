/** Tests of the judgement before the queue. */
@NullMarked
package kz.qaqpa.batching.admission;

import org.jspecify.annotations.NullMarked;
