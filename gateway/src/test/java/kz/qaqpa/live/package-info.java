/** A gateway as users start it, and what goes over its wire. */
@NullMarked
package kz.qaqpa.live;

import org.jspecify.annotations.NullMarked;
