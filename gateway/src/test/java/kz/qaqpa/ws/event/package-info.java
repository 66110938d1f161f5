/** Tests. */
@NullMarked
package kz.qaqpa.ws.event;

import org.jspecify.annotations.NullMarked;
