@NullMarked
package kz.qaqpa.health;

import org.jspecify.annotations.NullMarked;
