/** What a benchmark hands on: its figures in one format, whichever benchmark it was. */
@NullMarked
package kz.qaqpa.cli.bench.result;

import org.jspecify.annotations.NullMarked;
