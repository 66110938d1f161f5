/** How long steps take, and how much of prompts they may therefore read. */
@NullMarked
package kz.qaqpa.batching.pace;

import org.jspecify.annotations.NullMarked;
