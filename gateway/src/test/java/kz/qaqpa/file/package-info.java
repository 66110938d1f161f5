@NullMarked
package kz.qaqpa.file;

import org.jspecify.annotations.NullMarked;
