/** One JSON line for each request. */
@NullMarked
package kz.qaqpa.log;

import org.jspecify.annotations.NullMarked;
