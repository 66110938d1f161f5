/**
 * {@code ./qaqpa bench overload}: what a gateway does when ten times as much comes as it can do.
 */
@NullMarked
package kz.qaqpa.cli.bench.overload;

import org.jspecify.annotations.NullMarked;
