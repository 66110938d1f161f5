/** What operators did, so that nobody can deny or change it. */
@NullMarked
package kz.qaqpa.admin.audit;

import org.jspecify.annotations.NullMarked;
