/** Tests and measurements of the watermark's keys and detector. */
@NullMarked
package kz.qaqpa.watermark;

import org.jspecify.annotations.NullMarked;
