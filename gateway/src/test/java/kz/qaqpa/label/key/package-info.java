/** Tests of keys. */
@NullMarked
package kz.qaqpa.label.key;

import org.jspecify.annotations.NullMarked;
