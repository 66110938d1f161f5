/** Reads Hugging Face's {@code tokenizer.json} and {@code tokenizer_config.json}. */
@NullMarked
package kz.qaqpa.tokenizer.file;

import org.jspecify.annotations.NullMarked;
