/** Model files: Hugging Face checkpoints of {@code LlamaForCausalLM}, read without copying. */
@NullMarked
package kz.qaqpa.engine.model;

import org.jspecify.annotations.NullMarked;
