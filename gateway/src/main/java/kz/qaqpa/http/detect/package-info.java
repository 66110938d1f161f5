/** {@code POST /v1/labels/detect}: looking for the watermark, for those who may. */
@NullMarked
package kz.qaqpa.http.detect;

import org.jspecify.annotations.NullMarked;
