/** Applications that were taken out of service, whatever {@code agencies.yaml} says. */
@NullMarked
package kz.qaqpa.admission.suspension;

import org.jspecify.annotations.NullMarked;
