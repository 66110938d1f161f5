/** Tests. */
@NullMarked
package kz.qaqpa.ws.door;

import org.jspecify.annotations.NullMarked;
