@NullMarked
package kz.qaqpa.admin.login;

import org.jspecify.annotations.NullMarked;
