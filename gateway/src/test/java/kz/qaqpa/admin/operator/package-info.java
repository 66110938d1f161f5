@NullMarked
package kz.qaqpa.admin.operator;

import org.jspecify.annotations.NullMarked;
