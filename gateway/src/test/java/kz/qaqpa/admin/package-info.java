@NullMarked
package kz.qaqpa.admin;

import org.jspecify.annotations.NullMarked;
