/** Tests of the tokenizer, with Hugging Face's Rust library as the oracle. */
@NullMarked
package kz.qaqpa.tokenizer;

import org.jspecify.annotations.NullMarked;
