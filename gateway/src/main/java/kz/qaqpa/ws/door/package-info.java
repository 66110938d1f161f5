/** How a connection becomes a session: tickets, origins, the handshake. */
@NullMarked
package kz.qaqpa.ws.door;

import org.jspecify.annotations.NullMarked;
