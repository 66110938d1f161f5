/** Tests of keyed noise and of when an answer gets it. */
@NullMarked
package kz.qaqpa.batching.mark;

import org.jspecify.annotations.NullMarked;
