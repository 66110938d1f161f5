/** Tests of the engine, against a forward pass in doubles and against itself, bit by bit. */
@NullMarked
package kz.qaqpa.engine.cpu;

import org.jspecify.annotations.NullMarked;
