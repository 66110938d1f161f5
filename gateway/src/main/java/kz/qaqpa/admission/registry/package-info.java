/**
 * {@code agencies.yaml}: agencies, their applications, and what each of these may show for itself.
 */
@NullMarked
package kz.qaqpa.admission.registry;

import org.jspecify.annotations.NullMarked;
