/** Tests of {@code schedule}. */
@NullMarked
package kz.qaqpa.batching.schedule;

import org.jspecify.annotations.NullMarked;
