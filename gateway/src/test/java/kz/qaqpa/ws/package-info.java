/** Tests of WebSocket sessions. */
@NullMarked
package kz.qaqpa.ws;

import org.jspecify.annotations.NullMarked;
