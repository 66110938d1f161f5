/**
 * What the next step computes: sequences, their queue, and the rules. Pure: no clock, no thread.
 */
@NullMarked
package kz.qaqpa.batching.schedule;

import org.jspecify.annotations.NullMarked;
