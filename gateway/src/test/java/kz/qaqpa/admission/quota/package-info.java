@NullMarked
package kz.qaqpa.admission.quota;

import org.jspecify.annotations.NullMarked;
