@NullMarked
package kz.qaqpa.cli;

import org.jspecify.annotations.NullMarked;
