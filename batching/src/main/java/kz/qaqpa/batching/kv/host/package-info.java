/**
 * The second tier of the KV cache: blocks in host memory, which of them are kept, and what is moved
 * between them and the slots.
 */
@NullMarked
package kz.qaqpa.batching.kv.host;

import org.jspecify.annotations.NullMarked;
