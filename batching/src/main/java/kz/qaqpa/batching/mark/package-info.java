/**
 * A watermark in the choice of tokens: keyed noise, and when an answer gets it. What a detector
 * needs to know of it is public, and so is all but the keys.
 */
@NullMarked
package kz.qaqpa.batching.mark;

import org.jspecify.annotations.NullMarked;
