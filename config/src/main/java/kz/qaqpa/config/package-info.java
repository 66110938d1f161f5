/** Files and environment to settings records. Binds only: each module declares its own settings. */
@NullMarked
package kz.qaqpa.config;

import org.jspecify.annotations.NullMarked;
