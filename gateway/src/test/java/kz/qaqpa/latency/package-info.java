/** How even the tokens of running answers come. */
@NullMarked
package kz.qaqpa.latency;

import org.jspecify.annotations.NullMarked;
