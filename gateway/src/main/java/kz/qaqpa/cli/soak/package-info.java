/**
 * {@code ./qaqpa soak}: a gateway under mixed load and faults for a while, and whether anything
 * grows meanwhile.
 */
@NullMarked
package kz.qaqpa.cli.soak;

import org.jspecify.annotations.NullMarked;
