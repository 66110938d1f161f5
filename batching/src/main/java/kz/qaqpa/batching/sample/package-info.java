/** From logits to the next token. */
@NullMarked
package kz.qaqpa.batching.sample;

import org.jspecify.annotations.NullMarked;
