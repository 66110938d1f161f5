/** Test fixtures for every module: seeds, sizes, the listener that forbids skipping. */
@NullMarked
package kz.qaqpa.testing;

import org.jspecify.annotations.NullMarked;
