@NullMarked
package kz.qaqpa.cli.soak;

import org.jspecify.annotations.NullMarked;
