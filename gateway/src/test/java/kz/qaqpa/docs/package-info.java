/** The examples of the manual, run. */
@NullMarked
package kz.qaqpa.docs;

import org.jspecify.annotations.NullMarked;
