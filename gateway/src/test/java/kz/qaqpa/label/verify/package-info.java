/** Tests of verification. */
@NullMarked
package kz.qaqpa.label.verify;

import org.jspecify.annotations.NullMarked;
