/** Tests of label commands. */
@NullMarked
package kz.qaqpa.cli.label;

import org.jspecify.annotations.NullMarked;
