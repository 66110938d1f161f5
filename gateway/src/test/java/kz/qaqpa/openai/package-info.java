/** What the gateway says, held against OpenAI's own schema. */
@NullMarked
package kz.qaqpa.openai;

import org.jspecify.annotations.NullMarked;
