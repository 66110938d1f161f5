/** {@code ./qaqpa usage}: reports in the terminal. */
@NullMarked
package kz.qaqpa.cli.usage;

import org.jspecify.annotations.NullMarked;
