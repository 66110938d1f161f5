/** Labels over real sockets. */
@NullMarked
package kz.qaqpa.http.labels;

import org.jspecify.annotations.NullMarked;
