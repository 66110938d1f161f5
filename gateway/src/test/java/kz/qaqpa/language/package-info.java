/** Tests of telling languages apart. */
@NullMarked
package kz.qaqpa.language;

import org.jspecify.annotations.NullMarked;
