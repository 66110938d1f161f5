/** The commands of {@code ./qaqpa}, one class each: {@code static int run(List<String> args)}. */
@NullMarked
package kz.qaqpa.cli;

import org.jspecify.annotations.NullMarked;
