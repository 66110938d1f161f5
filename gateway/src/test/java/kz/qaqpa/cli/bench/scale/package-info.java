/**
 * {@code ./qaqpa bench scale}: what many streams and idle WebSockets take of the gateway. Its
 * engine computes nothing, and its tokens say when they were made.
 */
@NullMarked
package kz.qaqpa.cli.bench.scale;

import org.jspecify.annotations.NullMarked;
