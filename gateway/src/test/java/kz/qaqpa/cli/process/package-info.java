@NullMarked
package kz.qaqpa.cli.process;

import org.jspecify.annotations.NullMarked;
