/** Tests of the request log. */
@NullMarked
package kz.qaqpa.log;

import org.jspecify.annotations.NullMarked;
