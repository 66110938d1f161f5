/** Labels at the admin port: auditors search them. */
@NullMarked
package kz.qaqpa.admin.label;

import org.jspecify.annotations.NullMarked;
