/** JMH benchmarks: run by hand, never by the tests. */
@NullMarked
package kz.qaqpa.batching.bench;

import org.jspecify.annotations.NullMarked;
