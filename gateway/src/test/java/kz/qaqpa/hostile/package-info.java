/** Clients that mean no good: each gets a clear answer or loses its connection; nobody notices. */
@NullMarked
package kz.qaqpa.hostile;

import org.jspecify.annotations.NullMarked;
