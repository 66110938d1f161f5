/** Labels over HTTP: verifying them, reading them by id, and the keys that verify them. */
@NullMarked
package kz.qaqpa.http.labels;

import org.jspecify.annotations.NullMarked;
