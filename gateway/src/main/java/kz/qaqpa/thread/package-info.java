/** Threads that work is handed to. */
@NullMarked
package kz.qaqpa.thread;

import org.jspecify.annotations.NullMarked;
