/** {@code ./qaqpa label …}: labels on a machine that need not reach a gateway. */
@NullMarked
package kz.qaqpa.cli.label;

import org.jspecify.annotations.NullMarked;
