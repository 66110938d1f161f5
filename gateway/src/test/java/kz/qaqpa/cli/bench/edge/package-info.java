/**
 * {@code ./qaqpa bench edge}: what the gateway takes for an answer, beside bare servers that send
 * the same bytes. Gateway, each bare server and the client are processes of their own.
 */
@NullMarked
package kz.qaqpa.cli.bench.edge;

import org.jspecify.annotations.NullMarked;
