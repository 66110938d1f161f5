@NullMarked
package kz.qaqpa.trace;

import org.jspecify.annotations.NullMarked;
