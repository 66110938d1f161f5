/** Tests of admission. */
@NullMarked
package kz.qaqpa.admission;

import org.jspecify.annotations.NullMarked;
