@NullMarked
package kz.qaqpa.tokenizer.jinja;

import org.jspecify.annotations.NullMarked;
