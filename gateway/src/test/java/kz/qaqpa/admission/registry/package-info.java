/** Tests of the package of the same name. */
@NullMarked
package kz.qaqpa.admission.registry;

import org.jspecify.annotations.NullMarked;
