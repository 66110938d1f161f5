/** The launcher, as a shell runs it. */
@NullMarked
package kz.qaqpa.launcher;

import org.jspecify.annotations.NullMarked;
