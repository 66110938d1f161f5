/** Gateways as processes of their own, for commands that measure them from outside. */
@NullMarked
package kz.qaqpa.cli.process;

import org.jspecify.annotations.NullMarked;
