/** What clients of a session say, and how they are told what was wrong with it. */
@NullMarked
package kz.qaqpa.ws.event;

import org.jspecify.annotations.NullMarked;
