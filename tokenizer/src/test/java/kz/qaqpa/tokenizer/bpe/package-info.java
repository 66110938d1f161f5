/** Tests of merging and of the word cache. */
@NullMarked
package kz.qaqpa.tokenizer.bpe;

import org.jspecify.annotations.NullMarked;
