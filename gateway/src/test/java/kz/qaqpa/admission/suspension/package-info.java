@NullMarked
package kz.qaqpa.admission.suspension;

import org.jspecify.annotations.NullMarked;
