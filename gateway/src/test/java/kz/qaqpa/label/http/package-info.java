/** Tests of heads of responses. */
@NullMarked
package kz.qaqpa.label.http;

import org.jspecify.annotations.NullMarked;
