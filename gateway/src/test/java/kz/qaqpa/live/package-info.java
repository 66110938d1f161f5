/** A gateway as users start it. */
@NullMarked
package kz.qaqpa.live;

import org.jspecify.annotations.NullMarked;
