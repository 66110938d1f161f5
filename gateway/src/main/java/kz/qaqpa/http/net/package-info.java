/** Connections and bodies, before and beneath the routes. */
@NullMarked
package kz.qaqpa.http.net;

import org.jspecify.annotations.NullMarked;
