/**
 * Continuous batching: requests go in, streams of tokens come out. This package is the face of the
 * module; {@code loop}, {@code schedule}, {@code kv} and {@code sample} are its rooms.
 */
@NullMarked
package kz.qaqpa.batching;

import org.jspecify.annotations.NullMarked;
