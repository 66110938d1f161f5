/** How reports are written down. */
@NullMarked
package kz.qaqpa.report.format;

import org.jspecify.annotations.NullMarked;
