/** What happens to text before BPE: normalisation, and the split into words. */
@NullMarked
package kz.qaqpa.tokenizer.split;

import org.jspecify.annotations.NullMarked;
