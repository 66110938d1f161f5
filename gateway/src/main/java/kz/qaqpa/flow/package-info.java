/** The way of one request, from its body to its last byte. */
@NullMarked
package kz.qaqpa.flow;

import org.jspecify.annotations.NullMarked;
