/** Asking the model and verifying labels from the console, through the admin port alone. */
@NullMarked
package kz.qaqpa.admin.playground;

import org.jspecify.annotations.NullMarked;
