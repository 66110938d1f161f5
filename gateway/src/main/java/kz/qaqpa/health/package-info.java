/** Whether the gateway can do its work, and what it says of that. */
@NullMarked
package kz.qaqpa.health;

import org.jspecify.annotations.NullMarked;
