/** Tests of events. */
@NullMarked
package kz.qaqpa.responses.event;

import org.jspecify.annotations.NullMarked;
