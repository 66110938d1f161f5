/** Tests of the package of the same name. */
@NullMarked
package kz.qaqpa.admission.identity;

import org.jspecify.annotations.NullMarked;
