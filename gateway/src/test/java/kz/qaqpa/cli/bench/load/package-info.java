/** What the benchmarks of the edge share: a cheap reader of answers, and what Linux counts. */
@NullMarked
package kz.qaqpa.cli.bench.load;

import org.jspecify.annotations.NullMarked;
