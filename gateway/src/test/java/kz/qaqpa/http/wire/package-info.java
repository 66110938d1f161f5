@NullMarked
package kz.qaqpa.http.wire;

import org.jspecify.annotations.NullMarked;
