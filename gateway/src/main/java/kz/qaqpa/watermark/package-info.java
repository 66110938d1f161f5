/** The keys of the watermark, and the detector that finds it in a text. */
@NullMarked
package kz.qaqpa.watermark;

import org.jspecify.annotations.NullMarked;
