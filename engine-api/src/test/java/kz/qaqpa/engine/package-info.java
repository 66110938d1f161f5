@NullMarked
package kz.qaqpa.engine;

import org.jspecify.annotations.NullMarked;
