/** Who looks after the gateway: operators, their roles and keys. */
@NullMarked
package kz.qaqpa.admin.operator;

import org.jspecify.annotations.NullMarked;
