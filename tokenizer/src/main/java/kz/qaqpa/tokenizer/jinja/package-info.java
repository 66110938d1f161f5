/** Jinja templates as Hugging Face's library renders them; user text cannot become a token. */
@NullMarked
package kz.qaqpa.tokenizer.jinja;

import org.jspecify.annotations.NullMarked;
