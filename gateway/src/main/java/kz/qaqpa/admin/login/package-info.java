/** How somebody comes in at the admin port: origins, keys, sessions, and limits of trying. */
@NullMarked
package kz.qaqpa.admin.login;

import org.jspecify.annotations.NullMarked;
