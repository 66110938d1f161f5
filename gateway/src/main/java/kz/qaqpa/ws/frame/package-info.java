/** Beneath a session: frames to messages, and messages to frames that share one socket fairly. */
@NullMarked
package kz.qaqpa.ws.frame;

import org.jspecify.annotations.NullMarked;
