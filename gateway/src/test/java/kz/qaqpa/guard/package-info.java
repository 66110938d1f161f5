@NullMarked
package kz.qaqpa.guard;

import org.jspecify.annotations.NullMarked;
