/** An engine that does to its process what engines and drivers do on a bad day. */
@NullMarked
package kz.qaqpa.chaos.engine;

import org.jspecify.annotations.NullMarked;
