/** Byte-level byte-pair encoding: vocabulary, merges, word cache; nothing here knows a file. */
@NullMarked
package kz.qaqpa.tokenizer.bpe;

import org.jspecify.annotations.NullMarked;
