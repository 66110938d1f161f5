@NullMarked
package kz.qaqpa;

import org.jspecify.annotations.NullMarked;
