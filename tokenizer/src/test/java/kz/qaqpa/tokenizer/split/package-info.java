/** Tests of normalisation and splitting. */
@NullMarked
package kz.qaqpa.tokenizer.split;

import org.jspecify.annotations.NullMarked;
