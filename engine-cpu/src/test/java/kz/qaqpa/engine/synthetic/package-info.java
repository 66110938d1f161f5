@NullMarked
package kz.qaqpa.engine.synthetic;

import org.jspecify.annotations.NullMarked;
