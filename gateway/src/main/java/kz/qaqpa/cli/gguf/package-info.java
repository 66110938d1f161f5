/**
 * {@code ./qaqpa gguf}: a model as a GGUF file, so that llama.cpp can serve the same weights.
 *
 * <p>Sources: the specification {@code ggml/docs/gguf.md}; names of keys and tensors as in {@code
 * gguf-py/gguf/constants.py}; what is done to a Llama as in {@code conversion/llama.py} of
 * llama.cpp.
 */
@NullMarked
package kz.qaqpa.cli.gguf;

import org.jspecify.annotations.NullMarked;
