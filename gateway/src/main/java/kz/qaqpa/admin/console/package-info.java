/** The console at {@code /console}: its page, what runs now, and the engine second by second. */
@NullMarked
package kz.qaqpa.admin.console;

import org.jspecify.annotations.NullMarked;
