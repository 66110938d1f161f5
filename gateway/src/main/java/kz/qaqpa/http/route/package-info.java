/** The resources: one route class each, and what every route shares. */
@NullMarked
package kz.qaqpa.http.route;

import org.jspecify.annotations.NullMarked;
