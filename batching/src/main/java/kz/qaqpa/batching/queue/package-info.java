/**
 * Who waits, and whose turn it is: classes, agencies and their counters. Knows nothing of slots and
 * steps.
 */
@NullMarked
package kz.qaqpa.batching.queue;

import org.jspecify.annotations.NullMarked;
