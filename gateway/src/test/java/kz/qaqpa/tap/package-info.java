/** Stands between a client and a gateway and notes what passes. */
@NullMarked
package kz.qaqpa.tap;

import org.jspecify.annotations.NullMarked;
