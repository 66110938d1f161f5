/** Tests of notices. */
@NullMarked
package kz.qaqpa.label.notice;

import org.jspecify.annotations.NullMarked;
