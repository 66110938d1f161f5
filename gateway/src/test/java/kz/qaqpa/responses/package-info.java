/** Tests of responses. */
@NullMarked
package kz.qaqpa.responses;

import org.jspecify.annotations.NullMarked;
