/** Text to tokens and back: Hugging Face tokenizer files, chat templates, streaming decoding. */
@NullMarked
package kz.qaqpa.tokenizer;

import org.jspecify.annotations.NullMarked;
