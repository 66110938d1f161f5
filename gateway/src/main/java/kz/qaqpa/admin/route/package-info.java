/** How requests reach what can be done at the admin port. */
@NullMarked
package kz.qaqpa.admin.route;

import org.jspecify.annotations.NullMarked;
