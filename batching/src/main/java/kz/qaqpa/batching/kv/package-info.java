/** Who holds which KV slot, what lies in it, and where a prompt's prefix is found again. */
@NullMarked
package kz.qaqpa.batching.kv;

import org.jspecify.annotations.NullMarked;
