/** What can be done at the admin port, one class for each. */
@NullMarked
package kz.qaqpa.admin.action;

import org.jspecify.annotations.NullMarked;
