/** Tests of the whole. */
@NullMarked
package kz.qaqpa;

import org.jspecify.annotations.NullMarked;
