/** One response as its object and as the sequence of its events. */
@NullMarked
package kz.qaqpa.responses.event;

import org.jspecify.annotations.NullMarked;
