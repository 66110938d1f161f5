/** Floor 3, where a request enters. */
@NullMarked
package kz.qaqpa;

import org.jspecify.annotations.NullMarked;
