/** Tests of reports over HTTP. */
@NullMarked
package kz.qaqpa.http.usage;

import org.jspecify.annotations.NullMarked;
