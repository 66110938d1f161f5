/** The Responses interface as it is on the wire: its requests read, its objects written. */
@NullMarked
package kz.qaqpa.http.api.responses;

import org.jspecify.annotations.NullMarked;
