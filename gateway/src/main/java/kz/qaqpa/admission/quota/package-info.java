/**
 * What agencies and their applications may use, and what they have used: counters of calendar
 * windows that never exceed their limits, and requests per second. Knows no request and no HTTP.
 */
@NullMarked
package kz.qaqpa.admission.quota;

import org.jspecify.annotations.NullMarked;
