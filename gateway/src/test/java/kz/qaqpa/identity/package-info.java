/** What holds across modules: the real engine under the real scheduler. */
@NullMarked
package kz.qaqpa.identity;

import org.jspecify.annotations.NullMarked;
