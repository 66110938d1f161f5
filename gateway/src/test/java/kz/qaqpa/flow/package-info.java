/** Tests of the pipeline's parts. */
@NullMarked
package kz.qaqpa.flow;

import org.jspecify.annotations.NullMarked;
