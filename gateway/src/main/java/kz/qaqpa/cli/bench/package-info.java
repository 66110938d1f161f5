/**
 * {@code ./qaqpa bench}: three processes that do not disturb each other's measurement. The server
 * is what users start; the client is one thread on non-blocking sockets; the loop drives the engine
 * with the same requests and nothing around it.
 */
@NullMarked
package kz.qaqpa.cli.bench;

import org.jspecify.annotations.NullMarked;
