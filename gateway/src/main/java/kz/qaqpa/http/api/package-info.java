/** What travels on the wire: requests as clients send them, answers as they expect them. */
@NullMarked
package kz.qaqpa.http.api;

import org.jspecify.annotations.NullMarked;
