@NullMarked
package kz.qaqpa.admin.audit;

import org.jspecify.annotations.NullMarked;
