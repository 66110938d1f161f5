/** The Responses API over WebSocket: sessions, their lanes, and what runs on them. */
@NullMarked
package kz.qaqpa.ws;

import org.jspecify.annotations.NullMarked;
