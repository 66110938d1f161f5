/** Reports: records of what was used, summed up by time and by who used it. */
@NullMarked
package kz.qaqpa.report;

import org.jspecify.annotations.NullMarked;
