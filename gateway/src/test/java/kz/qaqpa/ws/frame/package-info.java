/** Tests. */
@NullMarked
package kz.qaqpa.ws.frame;

import org.jspecify.annotations.NullMarked;
