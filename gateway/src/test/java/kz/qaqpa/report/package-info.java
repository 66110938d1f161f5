/** Tests of summing up. */
@NullMarked
package kz.qaqpa.report;

import org.jspecify.annotations.NullMarked;
